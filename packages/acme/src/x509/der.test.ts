import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { der, derOid, TAG } from "./der.ts";
import { DerError, DerReader } from "./der-reader.ts";

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString("hex");

describe("der", () => {
  it.each([0, 1, 127, 128, 255, 256, 65_535, 65_536, 100_000])(
    "comes back, with %i bytes of content",
    (length) => {
      const content = Buffer.alloc(length, 7);
      const reader = new DerReader(der(TAG.octetString, content));
      expect(hex(reader.content(TAG.octetString))).toBe(hex(content));
      reader.end();
    },
  );

  it("puts its parts one after the other", () => {
    expect(hex(der(TAG.sequence, der(TAG.null), der(TAG.octetString, Uint8Array.of(1, 2))))).toBe(
      "3006050004020102",
    );
  });

  it.each([
    ["2.5.29.17", "0603551d11"],
    ["1.2.840.113549.1.1.11", "06092a864886f70d01010b"],
    ["1.2.840.10045.4.3.2", "06082a8648ce3d040302"],
    ["1.3.6.1.5.5.7.3.1", "06082b06010505070301"],
  ])("writes the OID %s", (dotted, expected) => {
    expect(hex(derOid(dotted))).toBe(expected);
  });
});

describe("DerReader", () => {
  it.each([
    ["", "nothing"],
    ["04", "no length"],
    ["0401", "content cut short"],
    ["0480", "an indefinite length"],
    ["048101ff", "a long form where the short one would do"],
    ["04820001ff", "a length with a leading zero"],
    ["0484000000010f", "a length of four bytes"],
    ["0482ffff00", "a length beyond the end"],
    ["0500", "another tag"],
  ])("refuses %s: %s", (bytes) => {
    const reader = new DerReader(Buffer.from(bytes, "hex"));
    expect(() => reader.content(TAG.octetString)).toThrow(DerError);
  });

  it("reads an optional value only when it is there", () => {
    const reader = new DerReader(der(TAG.null));
    expect(reader.optionalContent(TAG.boolean)).toBeNull();
    expect(reader.atEnd).toBe(false);
    expect(() => reader.end()).toThrow(DerError);
    expect(reader.optionalContent(TAG.null)).toHaveLength(0);
    expect(reader.optionalContent(TAG.null)).toBeNull();
    reader.end();
  });

  it("gets through any bytes, or says that they are not DER", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 64 }), (bytes) => {
        const reader = new DerReader(bytes);
        try {
          while (!reader.atEnd) expect(reader.any().content.length).toBeLessThanOrEqual(bytes.length);
        } catch (error) {
          expect(error).toBeInstanceOf(DerError);
        }
      }),
    );
  });
});

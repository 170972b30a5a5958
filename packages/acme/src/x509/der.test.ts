import { describe, expect, it } from "vitest";
import { der, derOid, derTime, TAG } from "./der.ts";
import { DerReader } from "./der-reader.ts";

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

  it.each([
    [Date.UTC(1970, 0, 1), "170d3730303130313030303030305a"],
    [Date.UTC(2027, 5, 1, 12, 34, 56, 999), "170d3237303630313132333435365a"],
    [Date.UTC(2049, 11, 31, 23, 59, 59), "170d3439313233313233353935395a"],
    [Date.UTC(2050, 0, 1), "180f32303530303130313030303030305a"],
    [Date.UTC(9999, 11, 31, 23, 59, 59), "180f39393939313233313233353935395a"],
  ])("writes the instant %i in the form for its year", (instant, expected) => {
    expect(hex(derTime(instant))).toBe(expected);
  });

  it("refuses content that its length has no room for", () => {
    const part = Buffer.alloc(2 ** 20);
    expect(() => der(TAG.octetString, ...Array.from({ length: 16 }, () => part))).toThrow(RangeError);
  });
});

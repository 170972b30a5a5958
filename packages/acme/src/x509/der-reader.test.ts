import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { der, TAG } from "./der.ts";
import { DerError, DerReader } from "./der-reader.ts";

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
    ["04fe", "a length of 126 bytes"],
    ["04ff", "the length that X.690 keeps for later"],
    ["0482", "a length cut short"],
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

  it("reads a value whole, and what is inside it", () => {
    const inner = der(TAG.octetString, Uint8Array.of(1, 2));
    const outer = der(TAG.sequence, inner, der(TAG.null));
    expect([...new DerReader(outer).whole(TAG.sequence)]).toEqual([...outer]);
    const reader = new DerReader(outer).inner(TAG.sequence);
    expect([...reader.whole(TAG.octetString)]).toEqual([...inner]);
    expect(reader.any()).toEqual({ tag: TAG.null, content: Buffer.alloc(0) });
    expect(() => reader.any()).toThrow(DerError);
  });

  it("refuses a tag of several bytes", () => {
    expect(() => new DerReader(Buffer.from("1f8100", "hex")).any()).toThrow(DerError);
    expect(() => new DerReader(Buffer.from("bf8100", "hex")).any()).toThrow(DerError);
  });

  it("goes as deep as it is asked, and no deeper", () => {
    let nested: Uint8Array = der(TAG.null);
    for (let depth = 0; depth < 2_000; depth += 1) nested = der(TAG.sequence, nested);
    let reader = new DerReader(nested);
    for (let depth = 0; depth < 2_000; depth += 1) reader = reader.inner(TAG.sequence);
    expect(reader.content(TAG.null)).toHaveLength(0);
  });

  it("gives views of its bytes, no copies", () => {
    const bytes = der(TAG.octetString, Buffer.alloc(70_000));
    expect(new DerReader(bytes).content(TAG.octetString).buffer).toBe(bytes.buffer);
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

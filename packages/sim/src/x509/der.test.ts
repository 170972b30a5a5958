import fc from "fast-check";
import { expect, test } from "vitest";
import { addressBytes, addressText, canonicalAddress } from "./address-bytes.ts";
import { bitString, integer, objectIdentifier, octetString, sequence, time } from "./der.ts";
import { DerError, DerReader, dottedIdentifier } from "./der-reader.ts";

test.each([
  ["zero", integer(Buffer.of(0)), "020100"],
  ["a high bit gets a sign byte", integer(Buffer.of(0x80)), "02020080"],
  ["leading zeros go", integer(Buffer.of(0, 0, 1)), "020101"],
  ["2.5.29.17", objectIdentifier("2.5.29.17"), "0603551d11"],
  ["2.23.140.1.2.1", objectIdentifier("2.23.140.1.2.1"), "060667810c010201"],
  ["ecdsa-with-SHA256", objectIdentifier("1.2.840.10045.4.3.2"), "06082a8648ce3d040302"],
  ["three bits", bitString(Buffer.of(0x80), 7), "03020780"],
  [
    "2049 is UTCTime",
    time(Date.UTC(2049, 11, 31, 23, 59, 59)),
    `170d${Buffer.from("491231235959Z").toString("hex")}`,
  ],
  [
    "2050 is GeneralizedTime",
    time(Date.UTC(2050, 0, 1)),
    `180f${Buffer.from("20500101000000Z").toString("hex")}`,
  ],
  ["128 bytes take a long length", octetString(Buffer.alloc(128)).subarray(0, 3), "048180"],
  ["256 bytes take two", octetString(Buffer.alloc(256)).subarray(0, 4), "04820100"],
  ["65,536 bytes take three", octetString(Buffer.alloc(65_536)).subarray(0, 5), "0483010000"],
])("writes %s", (_, element, hex) => {
  expect(element.toString("hex")).toBe(hex);
});

test.each([
  ["nothing", ""],
  ["a tag alone", "30"],
  ["less than it says", "300201"],
  ["an indefinite length", "30800000"],
  ["a length with zeros before", "3081050102030405"],
  ["a long form for a short length", "30820005"],
  ["another tag", "0400"],
])("refuses %s", (_, hex) => {
  expect(() => new DerReader(Buffer.from(hex, "hex")).read(0x30)).toThrow(DerError);
});

test("reads what was written", () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 300 }), { maxLength: 8 }), (contents) => {
      const outer = new DerReader(sequence(...contents.map(octetString)));
      const inner = new DerReader(outer.read(0x30).content);
      outer.end();
      expect(contents.map(() => inner.read(0x04).content)).toEqual(contents.map((each) => Buffer.from(each)));
      inner.end();
    }),
  );
});

test("object identifiers come back", () => {
  const arc = fc.nat({ max: 2 ** 28 - 1 });
  const dotted = fc.tuple(fc.nat({ max: 2 }), fc.nat({ max: 39 }), fc.array(arc, { maxLength: 6 }));
  fc.assert(
    fc.property(dotted, ([first, second, rest]) => {
      const text = [first, second, ...rest].join(".");
      expect(dottedIdentifier(new DerReader(objectIdentifier(text)).read(0x06).content)).toBe(text);
    }),
  );
});

test("no bytes make the reader throw anything but its own error", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
      const reader = new DerReader(bytes);
      try {
        while (!reader.done) dottedIdentifier(reader.readAny().content);
      } catch (error) {
        expect(error).toBeInstanceOf(DerError);
      }
    }),
  );
});

test("addresses come back in their one spelling", () => {
  fc.assert(
    fc.property(fc.oneof(fc.ipV4(), fc.ipV6()), (address) => {
      expect(addressText(addressBytes(address))).toBe(canonicalAddress(address));
      expect(addressBytes(address)).toEqual(addressBytes(canonicalAddress(address)));
    }),
  );
  expect(addressText(Buffer.alloc(5))).toBeNull();
});

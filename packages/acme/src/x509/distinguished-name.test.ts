import fc from "fast-check";
import { expect, it } from "vitest";
import { der, derOid, TAG } from "./der.ts";
import { DerError, DerReader } from "./der-reader.ts";
import { commonName, readCommonName } from "./distinguished-name.ts";

const attribute = (oid: string, tag: number, text: Uint8Array) =>
  der(TAG.sequence, derOid(oid), der(tag, text));
const cn = (tag: number, hex: string) => attribute("2.5.4.3", tag, Buffer.from(hex, "hex"));
const organization = attribute("2.5.4.10", TAG.utf8String, Buffer.from("Sample"));
/** One set for each attribute, as nearly all names have it. */
const name = (...attributes: readonly Uint8Array[]) =>
  Buffer.concat(attributes.map((each) => der(TAG.set, each)));

it("reads what it writes", () => {
  fc.assert(
    fc.property(fc.string({ unit: "grapheme" }), (text) => {
      expect(readCommonName(new DerReader(commonName(text)).content(TAG.sequence))).toBe(text);
    }),
  );
});

it.each<[string, Uint8Array, string | null]>([
  ["UTF-8", name(cn(TAG.utf8String, "c3a94341")), "éCA"],
  ["PrintableString", name(cn(TAG.printableString, "5233")), "R3"],
  ["IA5String", name(cn(TAG.ia5String, "5233")), "R3"],
  ["TeletexString", name(cn(TAG.teletexString, "e943")), "éC"],
  ["BMPString", name(cn(TAG.bmpString, "00e90043")), "éC"],
  ["a BMPString of odd length", name(cn(TAG.bmpString, "00e900")), null],
  ["a number for a text", name(cn(TAG.integer, "01")), null],
  ["broken UTF-8", name(cn(TAG.utf8String, "ff41")), "\uFFFDA"],
  ["no attributes", Buffer.alloc(0), null],
  ["another attribute only", name(organization), null],
  ["one among others", name(organization, cn(TAG.utf8String, "4341"), organization), "CA"],
  ["one in a set of several", der(TAG.set, organization, cn(TAG.utf8String, "4341")), "CA"],
  ["the last of several", name(cn(TAG.utf8String, "41"), cn(TAG.utf8String, "42")), "B"],
])("reads %s", (_, content, expected) => {
  expect(readCommonName(content)).toBe(expected);
});

it.each([
  ["a name that is cut off", commonName("CA").subarray(2, -1)],
  ["a sequence for a set", der(TAG.sequence)],
  ["an attribute without a value", name(der(TAG.sequence, derOid("2.5.4.3")))],
])("refuses %s", (_, content) => {
  expect(() => readCommonName(content)).toThrow(DerError);
});

it("does not change the bytes it reads", () => {
  const content = name(cn(TAG.bmpString, "00e90043"));
  const before = Buffer.from(content);
  readCommonName(content);
  expect(content).toEqual(before);
});

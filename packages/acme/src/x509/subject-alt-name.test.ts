import fc from "fast-check";
import { expect, it } from "vitest";
import { type Identifier, identifierOf } from "../wire/identifier.ts";
import { contextTag, der, TAG } from "./der.ts";
import { DerError } from "./der-reader.ts";
import { ipText } from "./ip-address.ts";
import { readSubjectAltName, subjectAltName } from "./subject-alt-name.ts";

const list = (...names: readonly Uint8Array[]) => der(TAG.sequence, ...names);
const dns = (text: string) => der(contextTag(2), Buffer.from(text, "latin1"));
const ip = (hex: string) => der(contextTag(7), Buffer.from(hex, "hex"));

it("reads what it writes", () => {
  const label = fc.stringMatching(/^[a-z]{1,20}$/);
  const name = fc.oneof(
    fc.tuple(fc.constantFrom("", "*."), label).map(([star, text]) => `${star}${text}.test`),
    fc.uint8Array({ minLength: 4, maxLength: 4 }).map((bytes) => ipText(bytes) ?? ""),
    fc.uint8Array({ minLength: 16, maxLength: 16 }).map((bytes) => ipText(bytes) ?? ""),
  );
  fc.assert(
    fc.property(fc.array(name, { maxLength: 120 }), (names) => {
      const identifiers: readonly Identifier[] = names.map(identifierOf);
      expect(readSubjectAltName(subjectAltName(identifiers))).toEqual(names);
    }),
  );
});

it("leaves out names that no server is reached by", () => {
  const email = der(contextTag(1), Buffer.from("a@example.com"));
  const uri = der(contextTag(6), Buffer.from("https://example.com/"));
  expect(readSubjectAltName(list(email, dns("A.example.com"), uri))).toEqual(["a.example.com"]);
  expect(readSubjectAltName(list())).toEqual([]);
});

it.each([
  ["an address of 5 bytes", list(ip("c000020101"))],
  ["an address of no bytes", list(ip(""))],
  ["an address with its mask, as name constraints have it", list(ip("c0000200ffffff00"))],
  ["an empty DNS name", list(dns(""))],
  ["a DNS name with a NUL", list(dns("a.example.com\0.evil.example"))],
  ["a DNS name with a line end", list(dns("a.example.com\n"))],
  ["a DNS name beyond ASCII", list(dns("b\xfccher.example"))],
  ["an IPv4 address as a DNS name", list(dns("192.0.2.1"))],
  ["an IPv6 address as a DNS name", list(dns("2001:db8::1"))],
  ["bytes after the list", Buffer.concat([list(), Buffer.of(0)])],
  ["a set for the list", der(TAG.set)],
  ["nothing", new Uint8Array()],
])("refuses %s", (_, value) => {
  expect(() => readSubjectAltName(value)).toThrow(DerError);
});

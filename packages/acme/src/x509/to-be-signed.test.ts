import { X509Certificate } from "node:crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { makeChain } from "../../test/certificate-chain.ts";
import { constructedContextTag, contextTag, der, derOid, derSmallInteger, TAG } from "./der.ts";
import { DerError } from "./der-reader.ts";
import { readExtensions, readToBeSigned } from "./to-be-signed.ts";

const VERSION_3 = der(constructedContextTag(0), derSmallInteger(2));
const EMPTY = der(TAG.sequence);
/** Serial number to public key; what is of no interest is empty. */
const FIELDS = [derSmallInteger(5), EMPTY, EMPTY, EMPTY, EMPTY, der(TAG.sequence, der(TAG.null))] as const;

const certificate = (...fields: readonly Uint8Array[]) => der(TAG.sequence, der(TAG.sequence, ...fields));
const extension = (oid: string, ...rest: readonly Uint8Array[]) => der(TAG.sequence, derOid(oid), ...rest);

describe("readToBeSigned", () => {
  it("reads what OpenSSL made", () => {
    const { leaf } = makeChain("subjectAltName=DNS:a.example.com");
    const x509 = new X509Certificate(leaf);
    const { serial, spki, extensions } = readToBeSigned(x509.raw);
    expect([...serial]).toEqual([0x0a, 0x0b]);
    expect([...spki]).toEqual([...x509.publicKey.export({ type: "spki", format: "der" })]);
    // Subject alternative name, basic constraints, and the key identifiers of the issuer and, by default, our own.
    expect([...readExtensions(extensions).keys()].sort()).toEqual(["551d0e", "551d11", "551d13", "551d23"]);
  });

  it.each([
    ["without a version (version 1)", certificate(...FIELDS)],
    ["without extensions", certificate(VERSION_3, ...FIELDS)],
    ["with unique identifiers", certificate(VERSION_3, ...FIELDS, der(contextTag(1)), der(contextTag(2)))],
    ["with an empty list of extensions", certificate(...FIELDS, der(constructedContextTag(3), EMPTY))],
  ])("reads one %s", (_, bytes) => {
    const { serial, spki, extensions } = readToBeSigned(bytes);
    expect([...serial]).toEqual([5]);
    expect([...spki]).toEqual([...FIELDS[5]]);
    expect(extensions).toHaveLength(0);
  });

  it.each([
    ["nothing", new Uint8Array()],
    ["a serial number of no bytes", certificate(der(TAG.integer), ...FIELDS.slice(1))],
    ["no public key", certificate(...FIELDS.slice(0, 5))],
    ["something else after the public key", certificate(...FIELDS, der(TAG.null))],
    ["extensions that are no list", certificate(...FIELDS, der(constructedContextTag(3), der(TAG.null)))],
  ])("refuses %s", (_, bytes) => {
    expect(() => readToBeSigned(bytes)).toThrow(DerError);
  });

  it("reads or refuses any bytes in any field", () => {
    const field = fc.oneof(
      fc.constantFrom(...FIELDS, VERSION_3, der(constructedContextTag(3), EMPTY)),
      fc.uint8Array({ maxLength: 12 }),
    );
    fc.assert(
      fc.property(fc.array(field, { maxLength: 10 }), (fields) => {
        try {
          readExtensions(readToBeSigned(certificate(...fields)).extensions);
        } catch (error) {
          expect(error).toBeInstanceOf(DerError);
        }
      }),
      { numRuns: 2_000 },
    );
  });
});

describe("readExtensions", () => {
  const value = der(TAG.octetString, Uint8Array.of(1));
  const critical = der(TAG.boolean, Uint8Array.of(0xff));

  it("reads values by their object identifiers, critical or not", () => {
    const list = Buffer.concat([extension("2.5.29.17", value), extension("2.5.29.19", critical, value)]);
    expect([...readExtensions(list)].map(([oid, bytes]) => [oid, [...bytes]])).toEqual([
      ["551d11", [1]],
      ["551d13", [1]],
    ]);
  });

  it.each([
    ["the same twice", Buffer.concat([extension("2.5.29.17", value), extension("2.5.29.17", value)])],
    ["one without a value", extension("2.5.29.17")],
    ["one with more than a value", extension("2.5.29.17", value, value)],
    ["something else in the list", der(TAG.null)],
  ])("refuses %s", (_, list) => {
    expect(() => readExtensions(list)).toThrow(DerError);
  });
});

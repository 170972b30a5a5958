import { expect, it } from "vitest";
import { makeChain } from "../../test/certificate-chain.ts";
import { certificateId } from "./certificate-id.ts";
import { ChainError, parseChain } from "./chain.ts";

/** RFC 9773 section 4.1. */
const VECTOR = "aYhba4dGQEHhs3uEe6CuLN4ByNQ.AIdlQyE";
const KEY_ID = "69885b6b87464041e1b37b847ba0ae2cde01c8d4";

it("is the RFC's own vector", () => {
  expect(certificateId({ authorityKeyId: KEY_ID, serialBytes: Buffer.from("0087654321", "hex") })).toBe(
    VECTOR,
  );
});

it("is the RFC's own vector for a certificate made by OpenSSL, read from PEM or as facts", () => {
  const { leaf } = makeChain(`subjectAltName=DNS:a.example.com\n2.5.29.35=DER:30168014${KEY_ID}`, {
    serial: "0x87654321",
    authorityKeyIdentifier: "none",
  });
  expect(certificateId(leaf)).toBe(VECTOR);
  expect(certificateId(parseChain(leaf).leaf)).toBe(VECTOR);
});

it("is null without an authority key identifier, and with one that names no key", () => {
  const names = "subjectAltName=DNS:a.example.com";
  const without = makeChain(names, { authorityKeyIdentifier: "none" });
  const byIssuer = makeChain(names, { authorityKeyIdentifier: "issuer:always" });
  expect(certificateId(without.leaf)).toBeNull();
  expect(certificateId(byIssuer.leaf)).toBeNull();
});

it("refuses a PEM that is no chain", () => {
  expect(() => certificateId("")).toThrow(ChainError);
});

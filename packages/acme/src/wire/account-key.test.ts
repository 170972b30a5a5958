import { createPublicKey, generateKeyPairSync, verify } from "node:crypto";
import { inspect } from "node:util";
import { expect, it } from "vitest";
import { accountKeyFromJwk, accountKeyFromPem, generateAccountKey } from "./account-key.ts";

/** RFC 7515 appendix A.3.1. */
const RFC_7515_KEY = {
  kty: "EC",
  crv: "P-256",
  x: "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
  y: "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0",
  d: "jpsQnnGQmL-YBIffH1136cspYG6-0iY7X1fCE9-E9LI",
};

it("comes back from PEM and from JWK as the same key", () => {
  const key = generateAccountKey();
  const copies = [accountKeyFromPem(key.toPem()), accountKeyFromJwk(key.toJwk())];
  for (const copy of copies) {
    expect(copy.thumbprint).toBe(key.thumbprint);
    expect(copy.toPem()).toBe(key.toPem());
  }
});

it("has the public half and the thumbprint of a published key", () => {
  const key = accountKeyFromJwk(RFC_7515_KEY);
  const { d: _private, ...publicHalf } = RFC_7515_KEY;
  expect(key.publicJwk).toEqual(publicHalf);
  // Computed with OpenSSL from the canonical JSON of RFC 7638 section 3.
  expect(key.thumbprint).toBe("oKIywvGUpTVTyxMQ3bwIIeQUudfr_CkLMjCE19ECD-U");
});

it("signs in the fixed-length form of JWS", () => {
  const key = generateAccountKey();
  const signature = Buffer.from(key.sign("header.payload"), "base64url");
  expect(signature).toHaveLength(64);
  const publicKey = createPublicKey({ key: { ...key.publicJwk }, format: "jwk" });
  const input = Buffer.from("header.payload");
  expect(verify("sha256", input, { key: publicKey, dsaEncoding: "ieee-p1363" }, signature)).toBe(true);
});

it("shows nothing of the private key when it is printed", () => {
  const key = accountKeyFromJwk(RFC_7515_KEY);
  expect(inspect(key, { depth: 9, showHidden: true })).not.toContain(RFC_7515_KEY.d);
  expect(JSON.stringify(key)).not.toContain(RFC_7515_KEY.d);
});

it.each([
  ["", "not a readable private key"],
  ["-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----", "not a readable private key"],
  [pemOf(generateKeyPairSync("ec", { namedCurve: "P-384" })), "on P-256"],
  [pemOf(generateKeyPairSync("ed25519")), "on P-256"],
])("refuses %j", (pem, message) => {
  expect(() => accountKeyFromPem(pem)).toThrow(TypeError);
  expect(() => accountKeyFromPem(pem)).toThrow(message);
});

it("refuses a JWK without its private half", () => {
  const { d: _private, ...publicHalf } = RFC_7515_KEY;
  expect(() => accountKeyFromJwk(publicHalf)).toThrow(TypeError);
});

function pemOf({ privateKey }: ReturnType<typeof generateKeyPairSync>): string {
  return privateKey.export({ type: "pkcs8", format: "pem" }).toString();
}

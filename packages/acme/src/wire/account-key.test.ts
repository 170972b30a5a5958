import { createPublicKey, generateKeyPairSync, verify } from "node:crypto";
import { inspect } from "node:util";
import { expect, it } from "vitest";
import { AccountKey, accountKeyFromJwk, accountKeyFromPem, generateAccountKey } from "./account-key.ts";

const UNUSABLE = "EC on P-256 or P-384, RSA of 2,048 bits or more, or Ed25519";

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

it.each([
  { alg: "ES256", hash: "sha256", length: 64, members: ["crv", "kty", "x", "y"] },
  { alg: "ES384", hash: "sha384", length: 96, members: ["crv", "kty", "x", "y"] },
  { alg: "RS256", hash: "sha256", length: 256, members: ["e", "kty", "n"] },
  { alg: "EdDSA", hash: null, length: 64, members: ["crv", "kty", "x"] },
] as const)("$alg: signs in the form of JWS, and tells the members of RFC 7638", (expected) => {
  const key = generateAccountKey(expected.alg);
  expect(key.alg).toBe(expected.alg);
  expect(Object.keys(key.publicJwk)).toEqual(expected.members);
  const signature = Buffer.from(key.sign("header.payload"), "base64url");
  expect(signature).toHaveLength(expected.length);
  const publicKey = createPublicKey({ key: { ...key.publicJwk }, format: "jwk" });
  const input = Buffer.from("header.payload");
  expect(verify(expected.hash, input, { key: publicKey, dsaEncoding: "ieee-p1363" }, signature)).toBe(true);
  expect(accountKeyFromPem(key.toPem()).thumbprint).toBe(key.thumbprint);
  expect(accountKeyFromJwk(key.toJwk()).publicJwk).toEqual(key.publicJwk);
});

it("has the thumbprint of a published Ed25519 key", () => {
  // RFC 8037 appendix A.
  const ed25519 = {
    kty: "OKP",
    crv: "Ed25519",
    d: "nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A",
    x: "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo",
  };
  expect(accountKeyFromJwk(ed25519).thumbprint).toBe("kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k");
});

it("shows nothing of the private key when it is printed", () => {
  const key = accountKeyFromJwk(RFC_7515_KEY);
  expect(inspect(key, { depth: 9, showHidden: true })).not.toContain(RFC_7515_KEY.d);
  expect(JSON.stringify(key)).not.toContain(RFC_7515_KEY.d);
});

it.each([
  ["nothing", "", "the account key is not a readable private key (PEM)"],
  [
    "an empty key",
    "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----",
    "the account key is not a readable private key (PEM)",
  ],
  ["P-521", pemOf(generateKeyPairSync("ec", { namedCurve: "P-521" })), UNUSABLE],
  ["secp256k1", pemOf(generateKeyPairSync("ec", { namedCurve: "secp256k1" })), UNUSABLE],
  ["RSA of 1,024 bits", pemOf(generateKeyPairSync("rsa", { modulusLength: 1_024 })), UNUSABLE],
  ["X25519", pemOf(generateKeyPairSync("x25519")), UNUSABLE],
])("refuses %s", (_, pem, message) => {
  expect(() => accountKeyFromPem(pem)).toThrow(TypeError);
  expect(() => accountKeyFromPem(pem)).toThrow(message);
});

it("is a private key", () => {
  const { publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  expect(() => new AccountKey(publicKey)).toThrow("must be a private key");
});

it("refuses a JWK without its private half", () => {
  const { d: _private, ...publicHalf } = RFC_7515_KEY;
  expect(() => accountKeyFromJwk(publicHalf)).toThrow(TypeError);
  expect(() => accountKeyFromJwk({ ...publicHalf, kty: "none" })).toThrow("readable private key (JWK)");
});

function pemOf({ privateKey }: ReturnType<typeof generateKeyPairSync>): string {
  return privateKey.export({ type: "pkcs8", format: "pem" }).toString();
}

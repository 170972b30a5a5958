import { exportJWK, generateKeyPair, type JWK } from "jose";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { type SimCa, startSimCa } from "../src/index.ts";
import { type Json, problemOf, type Tampering, TestClient } from "./test-client.ts";

let ca: SimCa;
let client: TestClient;
let stranger: TestClient;
let serial = 0;

beforeAll(async () => {
  ca = await startSimCa({ alwaysValid: true });
  client = await TestClient.registered(ca.directoryUrl);
  stranger = await TestClient.registered(ca.directoryUrl);
});
afterAll(async () => {
  await ca.close();
});
beforeEach(() => {
  serial += 1;
});

const PAYLOAD: Json = { identifiers: [{ type: "dns", value: "a.example.com" }] };

const base64url = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString("base64url");

test.each<[string, Tampering, string, string]>([
  ["a nonce never given", { header: { nonce: "bm90LW91cnM" } }, "400 badNonce", "invalid anti-replay nonce"],
  ["a nonce that is no text", { header: { nonce: 1 } }, "400 badNonce", "no anti-replay nonce"],
  [
    "another URL",
    { header: { url: "http://127.0.0.1/acme/new-order" } },
    "403 unauthorized",
    "'url' incorrect",
  ],
  [
    "an unknown account",
    { header: { kid: "http://127.0.0.1/acme/account/99" } },
    "400 accountDoesNotExist",
    "not found",
  ],
  ["a key in place of the account", { byJwk: true }, "400 malformed", "No Key ID"],
  ["both jwk and kid", { header: { jwk: {} } }, "400 malformed", "not both"],
  ["another content type", { contentType: "application/json" }, "415 malformed", "Content-Type"],
  ["an empty JWS", { editJws: () => ({}) }, "400 malformed", "Parse error"],
  ["no JSON object", { editJws: () => [] }, "400 malformed", "Parse error"],
  [
    "an unprotected header",
    { editJws: (jws) => ({ ...jws, header: {} }) },
    "400 malformed",
    '"header" field',
  ],
  [
    "several signatures",
    { editJws: (jws) => ({ ...jws, signatures: [] }) },
    "400 malformed",
    '"signatures" field',
  ],
  [
    "padding",
    { editJws: (jws) => ({ ...jws, signature: `${String(jws["signature"])}==` }) },
    "400 malformed",
    "base64url",
  ],
  [
    "a changed payload",
    { editJws: (jws) => ({ ...jws, payload: base64url({ identifiers: [] }) }) },
    "400 malformed",
    "verification error",
  ],
  [
    "a changed signature",
    { editJws: (jws) => ({ ...jws, signature: "AAAA" }) },
    "400 malformed",
    "verification error",
  ],
  [
    "alg none",
    { editJws: (jws) => ({ ...jws, protected: base64url({ alg: "none", nonce: "x", url: "x" }) }) },
    "400 badSignatureAlgorithm",
    "none",
  ],
  [
    "a MAC",
    { editJws: (jws) => ({ ...jws, protected: base64url({ alg: "HS256", nonce: "x", url: "x" }) }) },
    "400 badSignatureAlgorithm",
    "HS256",
  ],
])("a request with %s", async (_, tampering, problem, detail) => {
  const answer = await client.post(client.url("newOrder"), PAYLOAD, tampering);
  expect(problemOf(answer)).toBe(problem);
  expect(answer.json["detail"]).toContain(detail);
  expect(answer.headers.get("content-type")).toBe("application/problem+json");
  expect(answer.headers.get("replay-nonce")).not.toBeNull();
});

test("a signature by another key", async () => {
  const answer = await client.post(client.url("newOrder"), PAYLOAD, { signingKey: stranger.key });
  expect(problemOf(answer)).toBe("400 malformed");
});

test("an algorithm that is not the key's says which is", async () => {
  const { privateKey } = await generateKeyPair("ES384");
  const answer = await client.post(client.url("newOrder"), PAYLOAD, {
    signingKey: privateKey,
    header: { alg: "ES384" },
  });
  expect(answer.json).toMatchObject({
    type: expect.stringContaining("badSignatureAlgorithm"),
    algorithms: ["ES256"],
  });
});

test("a nonce is good once", async () => {
  const nonce = await client.nonce();
  const first = await client.post(client.url("newOrder"), PAYLOAD, { header: { nonce } });
  expect(first.status).toBe(201);
  expect(problemOf(await client.post(client.url("newOrder"), PAYLOAD, { header: { nonce } }))).toBe(
    "400 badNonce",
  );
});

test.each<[string, Partial<JWK>]>([
  ["a private key", { d: "AAAA" }],
  ["a point that is not on the curve", { x: "AAAA" }],
  ["an unknown curve", { crv: "secp256k1" }],
  ["an unknown type", { kty: "OKP" }],
  ["a key that only agrees on keys", { kty: "OKP", crv: "X25519" }],
  ["an Edwards point of the wrong length", { kty: "OKP", crv: "Ed25519", x: "AAAA" }],
])("a new account with %s", async (_, change) => {
  const other = await TestClient.create(ca.directoryUrl);
  const { publicKey } = await generateKeyPair("ES256", { extractable: true });
  const jwk = { ...(await exportJWK(publicKey)), ...change };
  const answer = await other.post(
    other.url("newAccount"),
    { termsOfServiceAgreed: true },
    { header: { jwk } },
  );
  expect(problemOf(answer)).toBe("400 badPublicKey");
});

test.each([
  ["no terms agreed", {}, "403 userActionRequired"],
  ["a contact that is no URL", { contact: ["me@example.com"] }, "400 invalidContact"],
  ["a contact without a domain", { contact: ["mailto:me"] }, "400 invalidContact"],
  ["a telephone number", { contact: ["tel:+123"] }, "400 unsupportedContact"],
  ["only an account that exists", { onlyReturnExisting: true }, "400 accountDoesNotExist"],
])("a new account with %s", async (_, payload, problem) => {
  const other = await TestClient.create(ca.directoryUrl);
  expect(problemOf(await other.register(payload))).toBe(problem);
});

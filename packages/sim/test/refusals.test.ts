import { exportJWK, exportPKCS8, generateKeyPair, type JWK } from "jose";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { type SimCa, startSimCa } from "../src/index.ts";
import {
  certificateRequest,
  type Json,
  problemOf,
  readAnswer,
  type Tampering,
  TestClient,
} from "./test-client.ts";

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

const dns = (...values: readonly string[]): Json => ({
  identifiers: values.map((value) => ({ type: "dns", value })),
});

test.each<[string, Json, string]>([
  ["no identifiers", {}, "400 malformed"],
  ["an empty list", { identifiers: [] }, "400 malformed"],
  ["an identifier that is text", { identifiers: ["a.example.com"] }, "400 malformed"],
  ["an empty name", dns(""), "400 malformed"],
  ["101 names", dns(...Array.from({ length: 101 }, (_, i) => `n${i}.example.com`)), "400 malformed"],
  [
    "an unknown type",
    { identifiers: [{ type: "email", value: "a@example.com" }] },
    "400 unsupportedIdentifier",
  ],
  ["no IP address", { identifiers: [{ type: "ip", value: "300.0.0.1" }] }, "400 malformed"],
  ["a name below a wildcard of the same order", dns("*.example.com", "a.example.com"), "400 malformed"],
  ["an IP address as a name", dns("127.0.0.1"), "400 rejectedIdentifier"],
  ["an underscore", dns("a_b.example.com"), "400 rejectedIdentifier"],
  ["a U-label", dns("bücher.example.com"), "400 rejectedIdentifier"],
  ["a dot at the end", dns("a.example.com."), "400 rejectedIdentifier"],
  ["an empty label", dns("a..example.com"), "400 rejectedIdentifier"],
  ["a hyphen at the end of a label", dns("a-.example.com"), "400 rejectedIdentifier"],
  ["a label of 64", dns(`${"a".repeat(64)}.example.com`), "400 rejectedIdentifier"],
  ["254 characters", dns(`${"a.".repeat(121)}example.com`.padStart(254, "a")), "400 rejectedIdentifier"],
  ["a number at the end", dns("a.example.123"), "400 rejectedIdentifier"],
  ["a wildcard within", dns("a.*.example.com"), "400 rejectedIdentifier"],
  ["a time to begin", { ...dns("a.example.com"), notBefore: "2027-01-01T00:00:00Z" }, "400 malformed"],
  ["a profile", { ...dns("a.example.com"), profile: "classic" }, "400 invalidProfile"],
])("a new order with %s", async (_, payload, problem) => {
  expect(problemOf(await client.post(client.url("newOrder"), payload))).toBe(problem);
});

test("several refused names are told one by one", async () => {
  const { json } = await client.newOrder("good.example.com", "a_b.example.com", "c_d.example.com");
  expect(json).toMatchObject({
    type: "urn:ietf:params:acme:error:rejectedIdentifier",
    subproblems: [
      {
        type: "urn:ietf:params:acme:error:rejectedIdentifier",
        identifier: { type: "dns", value: "a_b.example.com" },
      },
      { identifier: { value: "c_d.example.com" } },
    ],
  });
});

/** An order of `client` whose names are validated. */
async function readyOrder(...names: readonly string[]): Promise<Json> {
  const { json } = await client.newOrder(...names);
  for (const { url } of await client.challenges(json)) await client.post(url, {});
  return json;
}

test.each<[string, (name: string) => Promise<unknown>, string, string]>([
  ["no CSR", async () => undefined, "400 malformed", "base64url"],
  [
    "padding",
    async (name) => `${(await certificateRequest([`DNS:${name}`])).csr}==`,
    "400 malformed",
    "base64url",
  ],
  ["an empty sequence", async () => "MAA", "400 malformed", "the bytes end"],
  ["other bytes", async () => "AAAA", "400 malformed", "expected tag"],
  [
    "bytes left over",
    async (name) =>
      Buffer.concat([(await certificateRequest([`DNS:${name}`])).der, Buffer.of(0)]).toString("base64url"),
    "400 malformed",
    "too many",
  ],
  [
    "a signature that is not the key's",
    async (name) => {
      const { der } = await certificateRequest([`DNS:${name}`]);
      const at = der.indexOf(name);
      der.write("z", at);
      return der.toString("base64url");
    },
    "400 badCSR",
    "invalid signature",
  ],
  [
    "another name",
    async () => (await certificateRequest(["DNS:other.example.com"])).csr,
    "400 badCSR",
    "same identifiers",
  ],
  [
    "one more name",
    async (name) => (await certificateRequest([`DNS:${name}`, "DNS:other.example.com"])).csr,
    "400 badCSR",
    "same identifiers",
  ],
  [
    "one more as common name",
    async (name) => (await certificateRequest([`DNS:${name}`], { subject: "/CN=other.example.com" })).csr,
    "400 badCSR",
    "same identifiers",
  ],
  ["no name", async () => (await certificateRequest([])).csr, "400 badCSR", "same identifiers"],
  [
    "an e-mail address",
    async (name) => (await certificateRequest([`DNS:${name}`, "email:a@example.com"])).csr,
    "400 badCSR",
    "neither",
  ],
])("finalize with %s", async (_, makeCsr, problem, detail) => {
  const name = `finalize${serial}.example.com`;
  const order = await readyOrder(name);
  const csr = await makeCsr(name);
  const answer = await client.post(String(order["finalize"]), { csr });
  expect(problemOf(answer)).toBe(problem);
  expect(answer.json["detail"]).toContain(detail);
  const good = await client.post(String(order["finalize"]), {
    csr: (await certificateRequest([`DNS:${name}`])).csr,
  });
  expect(good.status, "a refused CSR leaves the order ready").toBe(200);
});

test("finalize before the names are validated, and twice", async () => {
  const name = `finalize${serial}.example.com`;
  const { csr } = await certificateRequest([`DNS:${name}`]);
  const { json } = await client.newOrder(name);
  const early = await client.post(String(json["finalize"]), { csr });
  expect(problemOf(early)).toBe("403 orderNotReady");
  for (const { url } of await client.challenges(json)) await client.post(url, {});
  expect((await client.post(String(json["finalize"]), { csr })).status).toBe(200);
  expect(problemOf(await client.post(String(json["finalize"]), { csr }))).toBe("403 orderNotReady");
});

test("finalize with the account's own key", async () => {
  const { privateKey, publicKey } = await generateKeyPair("ES256", { extractable: true });
  const other = await TestClient.registered(ca.directoryUrl);
  const jwk = await exportJWK(publicKey);
  const registered = await other.post(
    other.url("newAccount"),
    { termsOfServiceAgreed: true },
    { byJwk: true, signingKey: privateKey, header: { jwk } },
  );
  const signed: Tampering = {
    signingKey: privateKey,
    header: { kid: String(registered.headers.get("location")) },
  };
  const name = `own${serial}.example.com`;
  const { json } = await other.post(other.url("newOrder"), dns(name), signed);
  const [authorization] = json["authorizations"] as string[];
  const { json: found } = await other.post(String(authorization), null, signed);
  const challenge = (found["challenges"] as Json[]).find(({ type }) => type === "http-01");
  await other.post(String(challenge?.["url"]), {}, signed);
  const { csr } = await certificateRequest([`DNS:${name}`], { keyPem: await exportPKCS8(privateKey) });
  const answer = await other.post(String(json["finalize"]), { csr }, signed);
  expect(problemOf(answer)).toBe("400 badCSR");
  expect(answer.json["detail"]).toContain("different than account public key");
});

test("what is another account's is not found", async () => {
  const order = await readyOrder(`mine${serial}.example.com`);
  const { csr } = await certificateRequest([`DNS:mine${serial}.example.com`]);
  const { json: finalized, headers } = await client.post(String(order["finalize"]), { csr });
  expect(finalized["status"]).toBe("processing");
  const valid = await client.settled(String(headers.get("location")), "processing");
  const [authorization] = order["authorizations"] as string[];
  for (const url of [headers.get("location"), authorization, valid["certificate"]]) {
    expect(problemOf(await stranger.post(String(url), null))).toBe("404 malformed");
  }
  expect(problemOf(await stranger.post(String(order["finalize"]), { csr }))).toBe("404 malformed");
  expect(problemOf(await stranger.post(String(client.accountUrl), {}))).toBe("403 unauthorized");
});

test.each([
  ["GET", "/acme/order/1", "405 malformed"],
  ["GET", "/acme/new-order", "405 malformed"],
  ["POST", "/directory", "405 malformed"],
  ["GET", "/", "404 malformed"],
  ["POST", "/acme/nothing/1", "404 malformed"],
  ["POST", "/acme/order/1/", "404 malformed"],
])("%s %s", async (method, path, problem) => {
  const { origin } = new URL(ca.directoryUrl);
  expect(problemOf(await readAnswer(await fetch(origin + path, { method })))).toBe(problem);
});

test("a body of a megabyte", async () => {
  const response = await fetch(client.url("newOrder"), {
    method: "POST",
    headers: { "content-type": "application/jose+json" },
    body: "x".repeat(1_048_576),
  });
  expect(problemOf(await readAnswer(response))).toBe("413 malformed");
});

test("a payload where none belongs, and none where one does", async () => {
  const { headers } = await client.newOrder(`payload${serial}.example.com`);
  expect(problemOf(await client.post(String(headers.get("location")), {}))).toBe("400 malformed");
  expect(problemOf(await client.post(client.url("newOrder"), null))).toBe("400 malformed");
});

test("an order, authorization, challenge or certificate that never was", async () => {
  const { origin } = new URL(ca.directoryUrl);
  for (const path of [
    "order/999",
    "authorization/999",
    "challenge/999/1",
    "challenge/1/99",
    "certificate/00",
  ]) {
    expect(problemOf(await client.post(`${origin}/acme/${path}`, null)), path).toBe("404 malformed");
  }
});

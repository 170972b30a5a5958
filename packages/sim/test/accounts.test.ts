import { X509Certificate } from "node:crypto";
import { exportJWK, FlattenedSign, generateKeyPair, importPKCS8 } from "jose";
import { expect, test } from "vitest";
import { type SimCa, startSimCa } from "../src/index.ts";
import { certificateRequest, type Json, problemOf, TestClient } from "./test-client.ts";

test("the same key finds its account again", async () => {
  await using ca = await startSimCa();
  const client = await TestClient.create(ca.directoryUrl);
  const first = await client.register({ termsOfServiceAgreed: true, contact: ["mailto:ops@example.com"] });
  expect(first.status).toBe(201);
  expect(first.json).toMatchObject({ status: "valid", contact: ["mailto:ops@example.com"] });
  const again = await client.post(client.url("newAccount"), { onlyReturnExisting: true }, { byJwk: true });
  expect(again.status).toBe(200);
  expect(again.headers.get("location")).toBe(client.accountUrl);
  expect(ca.counts().accounts).toBe(1);
});

test.each(["ES256", "ES384", "ES512", "RS256", "EdDSA"])(
  "an account with a key for %s",
  async (algorithm) => {
    await using ca = await startSimCa();
    const client = await TestClient.create(ca.directoryUrl, algorithm);
    expect((await client.register()).status).toBe(201);
    expect((await client.newOrder("a.example.com")).status).toBe(201);
  },
);

test("contacts can be changed; a deactivated account can do nothing more", async () => {
  await using ca = await startSimCa();
  const client = await TestClient.registered(ca.directoryUrl);
  const url = String(client.accountUrl);
  const changed = await client.post(url, { contact: ["mailto:new@example.com"] });
  expect(changed.json["contact"]).toEqual(["mailto:new@example.com"]);
  expect(problemOf(await client.post(url, { status: "revoked" }))).toBe("400 malformed");
  expect((await client.post(url, { status: "deactivated" })).json["status"]).toBe("deactivated");
  expect(problemOf(await client.newOrder("a.example.com"))).toBe("403 unauthorized");
});

const HMAC_KEY = Buffer.from("0123456789abcdef0123456789abcdef");

/** A binding as it should be, but for what is changed. */
async function binding(
  client: TestClient,
  change: { key?: Buffer; header?: object; payload?: unknown } = {},
) {
  const { key = HMAC_KEY, header = {}, payload = client.jwk } = change;
  const jws = await new FlattenedSign(new TextEncoder().encode(JSON.stringify(payload)))
    .setProtectedHeader({ alg: "HS256", kid: "customer-1", url: client.url("newAccount"), ...header })
    .sign(key);
  return { termsOfServiceAgreed: true, externalAccountBinding: { ...jws } };
}

const eabCa = async (required: boolean): Promise<SimCa> =>
  await startSimCa({
    externalAccounts: { required, keys: { "customer-1": HMAC_KEY.toString("base64url") } },
  });

test("an external account is bound once", async () => {
  await using ca = await eabCa(true);
  const client = await TestClient.create(ca.directoryUrl);
  expect(client.directory["meta"]).toMatchObject({ externalAccountRequired: true });
  expect(problemOf(await client.register())).toBe("403 externalAccountRequired");
  const payload = await binding(client);
  const bound = await client.register(payload);
  expect(bound.status, bound.text).toBe(201);
  expect(bound.json["externalAccountBinding"]).toEqual(payload.externalAccountBinding);
  const other = await TestClient.create(ca.directoryUrl);
  expect(problemOf(await other.register(await binding(other)))).toBe("403 unauthorized");
});

test("a binding that is optional", async () => {
  await using ca = await eabCa(false);
  const client = await TestClient.create(ca.directoryUrl);
  expect((await client.register()).status).toBe(201);
});

test.each<[string, Parameters<typeof binding>[1], string]>([
  ["another MAC key", { key: Buffer.alloc(32) }, "403 unauthorized"],
  ["an unknown key id", { header: { kid: "customer-2" } }, "403 unauthorized"],
  ["a key id of every object", { header: { kid: "constructor" } }, "403 unauthorized"],
  ["another URL", { header: { url: "http://127.0.0.1/" } }, "400 malformed"],
  ["another MAC", { header: { alg: "HS512" }, key: Buffer.alloc(64) }, "400 malformed"],
  ["a nonce", { header: { nonce: "AAAA" } }, "400 malformed"],
  ["no account key", { payload: {} }, "400 badPublicKey"],
  ["a payload that is text", { payload: "x" }, "400 malformed"],
])("a binding with %s", async (_, change, problem) => {
  await using ca = await eabCa(true);
  const client = await TestClient.create(ca.directoryUrl);
  expect(problemOf(await client.register(await binding(client, change)))).toBe(problem);
});

test("a binding for another account's key", async () => {
  await using ca = await eabCa(true);
  const [client, other] = [
    await TestClient.create(ca.directoryUrl),
    await TestClient.create(ca.directoryUrl),
  ];
  expect(problemOf(await client.register(await binding(other)))).toBe("400 malformed");
});

test("a new key takes the account over, and the old one is done", async () => {
  await using ca = await startSimCa();
  const client = await TestClient.registered(ca.directoryUrl);
  const url = client.url("keyChange");
  const { publicKey, privateKey } = await generateKeyPair("ES256", { extractable: true });
  const change = { account: client.accountUrl, oldKey: client.jwk };
  const inner = await new FlattenedSign(new TextEncoder().encode(JSON.stringify(change)))
    .setProtectedHeader({ alg: "ES256", jwk: await exportJWK(publicKey), url })
    .sign(privateKey);
  expect((await client.post(url, { ...inner })).status).toBe(200);
  expect(problemOf(await client.newOrder("a.example.com"))).toBe("400 malformed");
  const order = await client.post(
    client.url("newOrder"),
    { identifiers: [{ type: "dns", value: "a.example.com" }] },
    {
      signingKey: privateKey,
    },
  );
  expect(order.status).toBe(201);
});

test("a change to a key that another account has", async () => {
  await using ca = await startSimCa();
  const [client, other] = [
    await TestClient.registered(ca.directoryUrl),
    await TestClient.registered(ca.directoryUrl),
  ];
  const url = client.url("keyChange");
  const change = { account: client.accountUrl, oldKey: client.jwk };
  const inner = await new FlattenedSign(new TextEncoder().encode(JSON.stringify(change)))
    .setProtectedHeader({ alg: "ES256", jwk: other.jwk, url })
    .sign(other.key);
  const answer = await client.post(url, { ...inner });
  expect(problemOf(answer)).toBe("409 malformed");
  expect(answer.headers.get("location")).toBe(other.accountUrl);
});

/** A certificate for a.example.com. */
async function issued(client: TestClient): Promise<{ der: string; keyPem: string }> {
  const { json, headers } = await client.newOrder("a.example.com");
  for (const { url } of await client.challenges(json)) await client.post(url, {});
  const { csr, keyPem } = await certificateRequest(["DNS:a.example.com"]);
  await client.post(String(json["finalize"]), { csr });
  const order = await client.settled(String(headers.get("location")), "processing");
  const { text } = await client.post(String(order["certificate"]), null);
  return { der: new X509Certificate(text).raw.toString("base64url"), keyPem };
}

test("its account revokes a certificate, once, for a reason that exists", async () => {
  await using ca = await startSimCa({ alwaysValid: true });
  const client = await TestClient.registered(ca.directoryUrl);
  const { der } = await issued(client);
  const revoke = async (payload: Json) => await client.post(client.url("revokeCert"), payload);
  expect(problemOf(await revoke({ certificate: der, reason: 2 }))).toBe("400 badRevocationReason");
  expect((await revoke({ certificate: der, reason: 4 })).status).toBe(200);
  expect(problemOf(await revoke({ certificate: der }))).toBe("400 alreadyRevoked");
  expect(problemOf(await revoke({ certificate: "AAAA" }))).toBe("404 malformed");
});

test("others revoke it with its key or with authority over its names", async () => {
  await using ca = await startSimCa({ alwaysValid: true });
  const client = await TestClient.registered(ca.directoryUrl);
  const stranger = await TestClient.registered(ca.directoryUrl);
  const { der, keyPem } = await issued(client);
  const url = stranger.url("revokeCert");
  expect(problemOf(await stranger.post(url, { certificate: der }))).toBe("403 unauthorized");
  const jwk = { kty: "EC", crv: "P-256", ...ecPoint(der) };
  const signingKey = await importPKCS8(keyPem, "ES256");
  const byKey = await stranger.post(
    url,
    { certificate: der, reason: 1 },
    { byJwk: true, signingKey, header: { jwk } },
  );
  expect(byKey.status, byKey.text).toBe(200);

  const second = await issued(client);
  await issued(stranger);
  expect((await stranger.post(url, { certificate: second.der })).status).toBe(200);
});

function ecPoint(der: string): { x: string; y: string } {
  const { x = "", y = "" } = new X509Certificate(Buffer.from(der, "base64url")).publicKey.export({
    format: "jwk",
  });
  return { x, y };
}

test("a deactivated authorization makes its order invalid", async () => {
  await using ca = await startSimCa({ alwaysValid: true });
  const client = await TestClient.registered(ca.directoryUrl);
  const { json, headers } = await client.newOrder("a.example.com");
  const [url] = json["authorizations"] as string[];
  expect(problemOf(await client.post(String(url), { status: "valid" }))).toBe("400 malformed");
  expect((await client.post(String(url), { status: "deactivated" })).json["status"]).toBe("deactivated");
  expect((await client.post(String(headers.get("location")), null)).json["status"]).toBe("invalid");
  const [challenge] = await client.challenges(json);
  expect(problemOf(await client.post(String(challenge?.url), {}))).toBe("400 malformed");
});

test("an Ed25519 key has an account, orders and takes over", async () => {
  await using ca = await startSimCa({ alwaysValid: true });
  const client = await TestClient.create(ca.directoryUrl, "EdDSA");
  const registered = await client.register();
  expect(registered.status, registered.text).toBe(201);
  expect((await issued(client)).der).not.toBe("");

  const other = await TestClient.registered(ca.directoryUrl);
  const { publicKey, privateKey } = await generateKeyPair("EdDSA", { extractable: true });
  const url = other.url("keyChange");
  const change = { account: other.accountUrl, oldKey: other.jwk };
  const inner = await new FlattenedSign(new TextEncoder().encode(JSON.stringify(change)))
    .setProtectedHeader({ alg: "EdDSA", jwk: await exportJWK(publicKey), url })
    .sign(privateKey);
  expect((await other.post(url, { ...inner })).status).toBe(200);
  const changed = { header: { alg: "EdDSA" }, signingKey: privateKey };
  expect((await other.post(String(other.accountUrl), null, changed)).status).toBe(200);
});

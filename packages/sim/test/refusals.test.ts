import { exportJWK, exportPKCS8, generateKeyPair } from "jose";
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
  ["an unknown profile", { ...dns("a.example.com"), profile: "tls" }, "400 invalidProfile"],
  ["a profile of every object", { ...dns("a.example.com"), profile: "constructor" }, "400 invalidProfile"],
  ["a profile that is no text", { ...dns("a.example.com"), profile: ["classic"] }, "400 invalidProfile"],
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

test("blocked names are refused with all below them", async () => {
  await using strict = await startSimCa({ blockedNames: ["Bank.example.com", "example.net"] });
  const customer = await TestClient.registered(strict.directoryUrl);
  const names = ["bank.example.com", "www.bank.example.com", "*.example.net", "a.example.com"];
  const { json } = await customer.newOrder(...names);
  expect(json["type"]).toBe("urn:ietf:params:acme:error:rejectedIdentifier");
  const subproblems = json["subproblems"] as Json[];
  expect(subproblems.map(({ type, identifier }) => [type, (identifier as Json)["value"]])).toEqual(
    names.slice(0, 3).map((name) => ["urn:ietf:params:acme:error:rejectedIdentifier", name]),
  );
  expect((await customer.newOrder("bank.example.com")).json["subproblems"]).toHaveLength(1);
  expect((await customer.newOrder("mybank.example.com", "example.com")).status).toBe(201);
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

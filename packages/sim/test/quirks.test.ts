import { connect as connectTcp } from "node:net";
import { connect as connectTls } from "node:tls";
import { expect, test } from "vitest";
import {
  type Alteration,
  addsName,
  cutAfter,
  dribble,
  html,
  overQuota,
  oversized,
  paused,
  type ReplyAlteration,
  rawResponse,
  redirect,
  repeatedNonce,
  reversedChain,
  type SimCa,
  sameNonce,
  shedding,
  startSimCa,
  withDate,
  withJson,
  withoutHeader,
  withRetryAfter,
} from "../src/index.ts";
import { type Answer, certificateRequest, problemOf, TestClient } from "./test-client.ts";

/** Orders a name with the reply altered, then another one as a matter of course. */
async function orderWith(alteration: Alteration): Promise<Answer> {
  await using ca = await startSimCa({ alwaysValid: true });
  const client = await TestClient.registered(ca.directoryUrl);
  ca.alterNext("newOrder", alteration);
  const altered = await client.newOrder("a.example.com");
  expect((await client.newOrder("b.example.com")).status).toBe(201);
  expect(ca.requests().filter(({ altered: was }) => was)).toHaveLength(1);
  return altered;
}

test("Retry-After and Date are what the test says", async () => {
  expect((await orderWith(withRetryAfter("soon"))).headers.get("retry-after")).toBe("soon");
  const date = new Date("2040-02-03T04:05:06Z");
  expect((await orderWith(withDate(date))).headers.get("date")).toBe("Fri, 03 Feb 2040 04:05:06 GMT");
});

test("a header is missing, and only that", async () => {
  const { status, headers, json } = await orderWith(withoutHeader("location"));
  expect([status, headers.get("location"), json["status"]]).toEqual([201, null, "pending"]);
  expect(headers.get("replay-nonce")).not.toBeNull();
});

test("a JSON document is edited", async () => {
  const { json } = await orderWith(withJson((order) => ({ ...order, status: "sideways" })));
  expect(json).toMatchObject({ status: "sideways", identifiers: [{ value: "a.example.com" }] });
});

test("a name is added to the order", async () => {
  const { json } = await orderWith(addsName("extra.example.com"));
  expect(json["identifiers"]).toEqual([
    { type: "dns", value: "a.example.com" },
    { type: "dns", value: "extra.example.com" },
  ]);
});

test("a web page, with headers of its own", async () => {
  const { status, headers, text } = await orderWith(html(502, { "Retry-After": "7" }));
  expect([status, headers.get("content-type"), headers.get("retry-after")]).toEqual([
    502,
    "text/html; charset=utf-8",
    "7",
  ]);
  expect(text).toMatch(/^<!doctype html>/);
});

test("a body of any size", async () => {
  const { text, json } = await orderWith(oversized(3_000_000));
  expect(text).toHaveLength(3_000_000);
  expect(json["status"]).toBe("pending");
});

test("a redirect", async () => {
  await using ca = await startSimCa();
  ca.alterNext("directory", redirect("https://elsewhere.example.com/directory"));
  const response = await fetch(ca.directoryUrl, { redirect: "manual" });
  expect([response.status, response.headers.get("location"), await response.text()]).toEqual([
    302,
    "https://elsewhere.example.com/directory",
    "",
  ]);
});

test("a nonce of the test's choice, or the same twice: it is good once", async () => {
  expect((await orderWith(sameNonce("spent"))).headers.get("replay-nonce")).toBe("spent");
  await using ca = await startSimCa();
  const client = await TestClient.registered(ca.directoryUrl);
  const again = repeatedNonce();
  ca.alterNext("newNonce", again);
  ca.alterNext("newOrder", again);
  const first = await client.newOrder("a.example.com");
  const nonce = String(first.headers.get("replay-nonce"));
  const second = await client.post(client.url("newOrder"), {}, { header: { alg: "ES256", nonce } });
  expect(problemOf(second)).toBe("400 badNonce");
});

test("a chain with the issuer first", async () => {
  await using ca = await startSimCa({ alwaysValid: true, processing: null });
  const client = await TestClient.registered(ca.directoryUrl);
  const { json } = await client.newOrder("a.example.com");
  for (const { url } of await client.challenges(json)) await client.post(url, {});
  const { csr } = await certificateRequest(["DNS:a.example.com"]);
  const { json: order } = await client.post(String(json["finalize"]), { csr });
  const url = String(order["certificate"]);
  const blocks = (text: string): string[] => text.split(/(?<=-----END CERTIFICATE-----\n)/);
  const right = blocks((await client.post(url, null)).text);
  expect(right.length).toBeGreaterThan(1);
  ca.alterNext("certificate", reversedChain);
  expect(blocks((await client.post(url, null)).text)).toEqual(right.reverse());
});

test("paused: 429 with the portal and no Retry-After; no order is made and the nonce stays good", async () => {
  await using ca = await startSimCa();
  const client = await TestClient.registered(ca.directoryUrl);
  const nonce = await client.nonce();
  ca.alterNext("newOrder", paused("https://portal.certmill.test/unpause?jwt=abc"));
  const header = { alg: "ES256", nonce };
  const payload = { identifiers: [{ type: "dns", value: "a.example.com" }] };
  const refused = await client.post(client.url("newOrder"), payload, { header });
  expect(problemOf(refused)).toBe("429 rateLimited");
  expect(refused.headers.get("retry-after")).toBeNull();
  expect(refused.json["detail"]).toMatch(/Please visit: https:\/\/portal\.certmill\.test\/unpause\?jwt=abc$/);
  expect(ca.counts().ordersByStatus.pending).toBe(0);
  expect((await client.post(client.url("newOrder"), payload, { header })).status).toBe(201);
});

test("over quota: 429 with Retry-After and the limit's page", async () => {
  const { status, headers, json } = await orderWith(overQuota("new-orders-per-account", 36));
  const page = "https://ca.certmill.test/docs/rate-limits/#new-orders-per-account";
  expect([status, headers.get("retry-after")]).toEqual([429, "36"]);
  expect(headers.get("link")).toContain(`<${page}>;rel="help"`);
  expect(json["detail"]).toContain(page);
});

test("shedding: 503 rateLimited, and no nonce", async () => {
  const refused = await orderWith(shedding());
  expect(problemOf(refused)).toBe("503 rateLimited");
  expect(refused.headers.get("replay-nonce")).toBeNull();
});

test("an alteration that does not fit its reply is told by a 500", async () => {
  const { status, json } = await orderWith(() => {
    throw new Error("not this reply");
  });
  expect([status, String(json["detail"])]).toEqual([500, expect.stringContaining("not this reply")]);
});

test.each([false, true])("cut after every count of bytes (TLS: %s)", async (tls) => {
  await using ca = await startSimCa({ tls });
  let whole = 0;
  const measure: ReplyAlteration = (reply) => {
    whole = rawResponse(reply).length;
    return reply;
  };
  ca.alterNext("directory", measure);
  await received(ca);
  expect(whole).toBeGreaterThan(500);
  for (let bytes = 0; bytes <= whole; bytes += tls ? 97 : 1) {
    ca.alterNext("directory", cutAfter(bytes));
    expect((await received(ca)).length).toBe(bytes);
  }
  ca.alterNext("directory", cutAfter(whole));
  expect((await received(ca)).toString()).toMatch(/^HTTP\/1\.1 200 OK\r\n[^]+\r\n\r\n\{[^]+\}$/);
});

test("a reply goes out byte by byte when the test says so, and never ends", async () => {
  await using ca = await startSimCa();
  const slow = dribble();
  ca.alterNext("directory", slow.alteration);
  const client = new AbortController();
  const fetching = fetch(ca.directoryUrl, { signal: client.signal });
  expect(await slow.next()).toBe(true);
  const response = await fetching;
  expect(Number(response.headers.get("content-length"))).toBeGreaterThan(1_000_000_000);
  const reader = (response.body as ReadableStream<Uint8Array>).getReader();
  let text = "";
  const take = async (): Promise<void> => {
    text += Buffer.from((await reader.read()).value ?? []).toString();
  };
  await take();
  expect(text).toBe("{");
  await slow.next();
  await take();
  expect(text).toBe('{"');
  client.abort();
  await slow.closed;
  expect(await slow.next()).toBe(false);
});

test("a reply that is still dribbling does not keep the CA from closing", async () => {
  const ca = await startSimCa();
  const slow = dribble();
  ca.alterNext("directory", slow.alteration);
  const fetching = fetch(ca.directoryUrl);
  await slow.next();
  const response = await fetching;
  await ca.close();
  await slow.closed;
  await expect(response.text()).rejects.toThrow("terminated");
});

test("alterations wait for their resource, and come one a request", async () => {
  await using ca = await startSimCa();
  ca.alterNext("newNonce", withRetryAfter("1"));
  ca.alterNext("directory", withRetryAfter("2"));
  ca.alterNext("directory", withRetryAfter("3"));
  const seen: (string | null)[] = [];
  for (let i = 0; i < 3; i += 1) seen.push((await fetch(ca.directoryUrl)).headers.get("retry-after"));
  expect(seen).toEqual(["2", "3", null]);
});

/** All that comes of one GET of the directory until the connection ends, head and body. */
async function received(ca: SimCa): Promise<Buffer> {
  const { hostname, port, pathname, protocol } = new URL(ca.directoryUrl);
  const at = { host: hostname, port: Number(port) };
  const socket = protocol === "https:" ? connectTls({ ...at, ca: String(ca.httpsRootPem) }) : connectTcp(at);
  const chunks: Buffer[] = [];
  socket.on("data", (chunk: Buffer) => chunks.push(chunk));
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  socket.once("close", resolve);
  socket.once("error", reject);
  socket.write(`GET ${pathname} HTTP/1.1\r\nHost: ${hostname}\r\nConnection: close\r\n\r\n`);
  await promise;
  return Buffer.concat(chunks);
}

/** The responder over real sockets. */
import { once } from "node:events";
import { connect } from "node:net";
import { text } from "node:stream/consumers";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { createResponder, type ResponderHit } from "../../src/challenge/responder.ts";
import { closeServer, listen } from "../../src/serve-listener.ts";

const token = "evaGxfADs6pSRb2LAv9IZf17Dt3juxGJ-PCt92wr-oA";
const keyAuthorization = `${token}.nP1qzpXGymHBrUEepNY9HCsQk7K8KhOypzEt62jcerQ`;
const prefix = "/.well-known/acme-challenge/";

const hits: ResponderHit[] = [];
const server = createResponder({
  find: async (asked) => {
    if (asked === "broken") throw new Error("the database is away");
    return asked === token ? keyAuthorization : null;
  },
  onHit: (hit) => hits.push(hit),
});
let url: string;

beforeAll(async () => {
  url = await listen(server, { host: "127.0.0.1", port: 0 });
});
afterAll(() => closeServer(server, 0));
beforeEach(() => {
  hits.length = 0;
});

test("a published token: the key authorization as octets, nothing before or after it, not to be cached", async () => {
  const response = await fetch(`${url}${prefix}${token}`, { headers: { "x-forwarded-for": "203.0.113.7" } });
  expect(response.status).toBe(200);
  expect(await response.text()).toBe(keyAuthorization);
  expect(Object.fromEntries(response.headers)).toMatchObject({
    "content-type": "application/octet-stream",
    "content-length": String(keyAuthorization.length),
    "cache-control": "no-store",
    "x-content-type-options": "nosniff",
  });
  expect(hits).toEqual([
    {
      token,
      result: "answered",
      remoteAddress: "127.0.0.1",
      forwardedFor: "203.0.113.7",
      host: new URL(url).host,
    },
  ]);
});

test("a query is passed over; HEAD has the headers only", async () => {
  expect((await fetch(`${url}${prefix}${token}?from=proxy`)).status).toBe(200);
  const head = await fetch(`${url}${prefix}${token}`, { method: "HEAD" });
  expect([head.status, head.headers.get("content-length"), await head.text()]).toEqual([
    200,
    String(keyAuthorization.length),
    "",
  ]);
});

test.each(["POST", "PUT", "DELETE", "OPTIONS"])("%s is not allowed", async (method) => {
  const response = await fetch(`${url}${prefix}${token}`, { method });
  expect([response.status, response.headers.get("allow")]).toEqual([405, "GET, HEAD"]);
  expect(hits).toEqual([]);
});

test("an unknown token is not found, and counted", async () => {
  const response = await fetch(`${url}${prefix}unknown`);
  expect([response.status, response.headers.get("content-type")]).toEqual([404, "text/plain"]);
  expect(hits).toMatchObject([{ token: "unknown", result: "unknown", forwardedFor: null }]);
});

test.each([
  ["no token", prefix],
  ["a path below", `${prefix}${token}/`],
  ["a path above", `${prefix}..%2f${token}`],
  ["another character", `${prefix}${token}%00`],
  ["the folder's name in capitals", prefix.toUpperCase() + token],
  ["another path", "/"],
  ["a token of 7,000 characters that may be one", `${prefix}${"a".repeat(7_000)}`],
])("%s: not found, without a look-up", async (_, path) => {
  const response = await fetch(url + path);
  expect(response.status).toBe(404);
  expect(hits.filter(({ result }) => result === "answered")).toEqual([]);
  expect(await response.text()).toBe("Not found");
});

test("a look-up that fails says to try again, and is counted", async () => {
  const response = await fetch(`${url}${prefix}broken`);
  expect([response.status, response.headers.get("retry-after")]).toEqual([503, "1"]);
  expect(hits).toMatchObject([{ token: "broken", result: "failed" }]);
});

/** Sends bytes as they are. @returns all that comes back until the server closes. */
async function raw(request: string): Promise<string> {
  const socket = connect({ port: Number(new URL(url).port), host: "127.0.0.1" });
  await once(socket, "connect");
  socket.write(request);
  return text(socket);
}

test("headers over 8 KiB are refused", async () => {
  const answer = await raw(`GET ${prefix}${"a".repeat(9_000)} HTTP/1.1\r\nHost: a.example.com\r\n\r\n`);
  expect(answer).toMatch(/^HTTP\/1\.1 431 /);
});

test("what is not HTTP is refused", async () => {
  expect(await raw("\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n")).toMatch(/^HTTP\/1\.1 400 /);
});

test("a client that never ends its request holds nobody else up, and is cut off in time", async () => {
  expect([server.headersTimeout, server.requestTimeout]).toEqual([10_000, 10_000]);
  const slow = connect({ port: Number(new URL(url).port), host: "127.0.0.1" });
  await once(slow, "connect");
  slow.write(`GET ${prefix}${token} HTTP/1.1\r\nHost: a.exa`);
  expect((await fetch(`${url}${prefix}${token}`)).status).toBe(200);
  slow.destroy();
});

import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, expect, expectTypeOf, test } from "vitest";
import { operations } from "../operations.ts";
import type { domainStates } from "../resource/domain.ts";
import { ApiError } from "./api-error.ts";
import { type Client, type ClientOptions, createClient } from "./create-client.ts";
import { pages } from "./pages.ts";
import { ServerUnreachable } from "./server-unreachable.ts";

let server: Server | null = null;

/** A client of a server on loopback that answers as `listener` does. */
async function clientOf(listener: RequestListener, options: Partial<ClientOptions> = {}): Promise<Client> {
  const listening = createServer(listener);
  server = listening;
  await new Promise<void>((resolve) => listening.listen(0, "127.0.0.1", resolve));
  const { port } = listening.address() as AddressInfo;
  return createClient({ baseUrl: `http://127.0.0.1:${port}/certmill/`, token: "secret", ...options });
}

afterEach(async () => {
  const ended = server;
  server = null;
  ended?.closeAllConnections();
  await new Promise<void>((resolve) => (ended === null ? resolve() : ended.close(() => resolve())));
});

const json =
  (status: number, body: unknown, type = "application/json; charset=utf-8"): RequestListener =>
  (_, response) => {
    response.writeHead(status, { "content-type": type, "retry-after": "7" }).end(JSON.stringify(body));
  };

const failureOf = (call: Promise<unknown>): Promise<unknown> =>
  call.then(
    () => null,
    (error: unknown) => error,
  );

test("sends path, query, token, key and body, and leaves out what is undefined", async () => {
  let seen: unknown;
  const client = await clientOf((request, response) => {
    let body = "";
    request.on("data", (chunk) => {
      body += chunk;
    });
    request.on("end", () => {
      const { authorization, "idempotency-key": key } = request.headers;
      seen = { method: request.method, url: request.url, authorization, key, body };
      json(201, {})(request, response);
    });
  });
  await client.call(operations.addDomain, {
    body: { name: "a.example.com", tenant: undefined },
    idempotencyKey: "k",
  });
  expect(seen).toEqual({
    method: "POST",
    url: "/certmill/v1/domains",
    authorization: "Bearer secret",
    key: "k",
    body: '{"name":"a.example.com"}',
  });
  await failureOf(
    client.call(operations.followDomain, { params: { name: "*.ü/x" }, query: { after: undefined, wait: 0 } }),
  );
  expect(seen).toMatchObject({ method: "GET", url: "/certmill/v1/domains/*.%C3%BC%2Fx/events?wait=0" });
});

test("every declared status is an answer, a text one is a text", async () => {
  const notReady = { ready: false, parts: [] };
  expect(await (await clientOf(json(503, notReady))).call(operations.checkReadiness)).toEqual(notReady);
});

test("a problem document becomes an ApiError with its code and Retry-After", async () => {
  const problem = {
    type: "x",
    title: "x",
    status: 503,
    detail: "The database is away.",
    code: "database-unavailable",
  };
  const client = await clientOf(json(503, problem, "application/problem+json"));
  const error = await failureOf(client.call(operations.showStatus));
  expect(error).toBeInstanceOf(ApiError);
  expect(error).toMatchObject({ status: 503, code: "database-unavailable", retryAfter: 7, problem });
});

test.each([
  ["a proxy's page", 502, "<html>"],
  ["another server's page with a good status", 200, "<html>"],
])("%s becomes one with the code unexpected-answer", async (_, status, page) => {
  const client = await clientOf((_, response) =>
    response.writeHead(status, { "content-type": "text/html" }).end(page),
  );
  expect(await failureOf(client.call(operations.showStatus))).toMatchObject({
    status,
    code: "unexpected-answer",
  });
});

test("no server, a broken answer and a silent server are ServerUnreachable, with what to do", async () => {
  const nobody = createClient({ baseUrl: "http://127.0.0.1:1", token: null });
  const refused = await failureOf(nobody.call(operations.checkLiveness));
  expect(refused).toBeInstanceOf(ServerUnreachable);
  expect(refused).toMatchObject({
    code: "server-unreachable",
    message: expect.stringContaining("certmill serve"),
  });
  const broken = await clientOf((_, response) => {
    response.writeHead(200, { "content-type": "application/json", "content-length": "100" });
    response.write("{", () => response.destroy());
  });
  expect(await failureOf(broken.call(operations.checkLiveness))).toBeInstanceOf(ServerUnreachable);
});

test("a silent server is given up after the timeout, to which a long poll adds its wait", async () => {
  const client = await clientOf(() => {}, { timeout: 20 });
  const error = await failureOf(client.call(operations.showStatus));
  expect(error).toMatchObject({
    code: "server-unreachable",
    message: expect.stringContaining("took too long"),
  });
});

test("the caller's own signal ends the call with its own reason", async () => {
  const giveUp = new AbortController();
  const client = await clientOf(() => giveUp.abort(new Error("enough")));
  const error = await failureOf(client.call(operations.showStatus, { signal: giveUp.signal }));
  expect(error).toMatchObject({ message: "enough" });
});

test("pages follow `next` and keep the rest of the query", async () => {
  const asked: string[] = [];
  const client = await clientOf((request, response) => {
    asked.push(request.url ?? "");
    json(200, { items: [asked.length], next: asked.length < 3 ? `c${asked.length}` : null })(
      request,
      response,
    );
  });
  const seen: unknown[] = [];
  for await (const page of pages(client, operations.listDomains, { query: { limit: 1 } }))
    seen.push(...page.items);
  expect(seen).toEqual([1, 2, 3]);
  expect(asked.map((url) => url.split("?")[1])).toEqual(["limit=1", "limit=1&after=c1", "limit=1&after=c2"]);
});

test("the types come from the operation", () => {
  const client = createClient({ baseUrl: "http://127.0.0.1:1", token: null });
  const show = () => client.call(operations.showDomain, { params: { name: "a.example.com" } });
  expectTypeOf<Awaited<ReturnType<typeof show>>["state"]>().toEqualTypeOf<(typeof domainStates)[number]>();
  const chain = () => client.call(operations.certificateChain, { params: { id: "1" } });
  expectTypeOf<Awaited<ReturnType<typeof chain>>>().toEqualTypeOf<string>();
  const faults = () => [
    // @ts-expect-error: the path parameter is missing.
    client.call(operations.showDomain),
    // @ts-expect-error: there is no such state.
    client.call(operations.listDomains, { query: { state: "odd" } }),
    // @ts-expect-error: a list takes no Idempotency-Key.
    client.call(operations.listDomains, { idempotencyKey: "k" }),
  ];
  expectTypeOf(faults).toBeFunction();
});

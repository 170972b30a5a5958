import { milliseconds } from "@certmill/domain";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { type SimCa, startSimCa, type WrongName } from "../src/index.ts";
import { type Json, TestClient } from "./test-client.ts";
import { type Behaviour, startTestSite, type TestSite } from "./test-site.ts";

let site: TestSite;
let ca: SimCa;
let client: TestClient;
let serial = 0;

beforeAll(async () => {
  site = await startTestSite();
  ca = await startSimCa({
    httpPort: site.port,
    wrongNames: {
      "dns.example.com": "dns",
      "connection.example.com": "connection",
      "*.unauthorized.example.com": "unauthorized",
    },
    names: (name) => ({
      kind: "host",
      addresses: name.startsWith("two-addresses") ? ["::1", "127.0.0.1"] : ["127.0.0.1"],
      httpPort: name.startsWith("closed") ? 1 : site.port,
      httpsPort: 1,
    }),
  });
  client = await TestClient.registered(ca.directoryUrl);
});
afterAll(async () => {
  await ca.close();
  await site[Symbol.asyncDispose]();
});
beforeEach(() => {
  site.seen.length = 0;
});

const shortType = (problem: Json | null): string | undefined =>
  problem === null ? undefined : String(problem["type"]).split(":").at(-1);

/** One order for a fresh name under which the site behaves so. @returns the challenge's problem. */
async function attempt(behaviour: Behaviour, prefix = "site"): Promise<Json | null> {
  site.behave(behaviour);
  serial += 1;
  return await client.attempt((await client.newOrder(`${prefix}${serial}.example.com`)).json);
}

/** Answers with the right key authorization, and this after it. */
const correctly =
  (after = ""): Behaviour =>
  ({ url = "" }, response) => {
    response.end(`${url.split("/").at(-1)}.${client.thumbprint}${after}`);
  };

test("asks for the token's path with the name as Host", async () => {
  expect(await attempt(correctly())).toBeNull();
  expect(site.seen).toEqual([
    {
      host: `site${serial}.example.com`,
      path: expect.stringMatching(/^\/\.well-known\/acme-challenge\/[A-Za-z0-9_-]{43}$/),
      from: "127.0.0.1",
    },
  ]);
});

test("white space after the key authorization is let pass", async () => {
  expect(await attempt(correctly(" \r\n\t\n"))).toBeNull();
});

test.each<[string, string, Behaviour]>([
  ["a wrong body", "did not match this challenge", (_, response) => response.end("token.other")],
  ["white space before", "did not match", ({ url = "" }, response) => response.end(` ${url}`)],
  ["a long body", "Invalid response from", correctly(" ".repeat(60))],
  ["404", "acme-challenge/.+: 404$", (_, response) => response.writeHead(404).end()],
  ["204", ": 204$", (_, response) => response.writeHead(204).end()],
  ["500", ": 500$", (_, response) => response.writeHead(500).end()],
])("unauthorized: %s", async (_, detail, behaviour) => {
  const problem = await attempt(behaviour);
  expect(shortType(problem)).toBe("unauthorized");
  expect(problem?.["detail"]).toMatch(new RegExp(`^127\\.0\\.0\\.1: .*${detail}`));
  expect(problem?.["status"]).toBe(403);
});

test.each<[string, string, Behaviour]>([
  ["cut before the answer", "Connection reset by peer", (request) => request.socket.destroy()],
  [
    "cut within the answer",
    "Error getting validation data",
    (request, response) => {
      response.writeHead(200, { "Content-Length": "80" });
      response.write("half");
      setImmediate(() => request.socket.destroy());
    },
  ],
  ["no redirect target", "Invalid redirect target", (_, response) => response.writeHead(302).end()],
  ["303", "disallowed redirect status", (_, response) => response.writeHead(303, { Location: "/x" }).end()],
  [
    "a loop",
    "Redirect loop",
    (request, response) => response.writeHead(302, { Location: request.url }).end(),
  ],
  [
    "another port",
    "Invalid port",
    (_, response) => response.writeHead(302, { Location: "http://a.example.com:8080/" }).end(),
  ],
  [
    "another scheme",
    "Invalid protocol scheme",
    (_, response) => response.writeHead(302, { Location: "ftp://a.example.com/" }).end(),
  ],
  [
    "a closed target",
    "Connection refused",
    (_, response) => response.writeHead(302, { Location: "http://closed.example.com/" }).end(),
  ],
  [
    "11 redirects",
    "Too many redirects",
    ({ url = "" }, response) => response.writeHead(307, { Location: `${url}x` }).end(),
  ],
])("connection: %s", async (_, detail, behaviour) => {
  const problem = await attempt(behaviour);
  expect(shortType(problem)).toBe("connection");
  expect(problem?.["detail"]).toContain(detail);
  expect(site.seen.length).toBeLessThanOrEqual(11);
});

test("connection: silence, until the deadline", async () => {
  await using hasty = await startSimCa({ httpPort: site.port, validationDeadline: milliseconds(50) });
  const other = await TestClient.registered(hasty.directoryUrl);
  site.behave(() => undefined);
  const problem = await other.attempt((await other.newOrder("silent.example.com")).json);
  expect(shortType(problem)).toBe("connection");
  expect(problem?.["detail"]).toContain("Timeout");
});

test("10 redirects are followed, to other names too", async () => {
  const problem = await attempt((request, response) => {
    const hop = site.seen.length;
    if (hop === 11) correctly()(request, response);
    else response.writeHead(301, { Location: `http://hop${hop}.example.com/${hop}${request.url}` }).end();
  });
  expect(problem).toBeNull();
  expect(site.seen.at(-1)?.host).toBe("hop10.example.com");
});

test("a closed port is a connection problem, and the next address is tried", async () => {
  expect(await attempt(correctly(), "closed")).toMatchObject({
    type: "urn:ietf:params:acme:error:connection",
    detail: expect.stringMatching(/^127\.0\.0\.1: Fetching http:.*: Connection refused$/),
  });
  expect(await attempt(correctly(), "two-addresses")).toBeNull();
});

test.each<[string, WrongName]>([
  ["dns.example.com", "dns"],
  ["connection.example.com", "connection"],
  ["deep.below.unauthorized.example.com", "unauthorized"],
])("a name listed as wrong: %s", async (name, type) => {
  const { json: order, headers } = await client.newOrder(name);
  const problem = await client.attempt(order);
  expect(shortType(problem)).toBe(type);
  expect(problem?.["detail"]).toContain(name);
  const { json } = await client.post(String(headers.get("location")), null);
  expect(json).toMatchObject({ status: "invalid" });
});

test("posting a challenge again while it is validated starts nothing, and is counted", async () => {
  const arrived = Promise.withResolvers<void>();
  const goOn = Promise.withResolvers<void>();
  await using patient = await startSimCa({ httpPort: site.port });
  const other = await TestClient.registered(patient.directoryUrl);
  site.behave(({ url = "" }, response) => {
    arrived.resolve();
    void goOn.promise.then(() => response.end(`${url.split("/").at(-1)}.${other.thumbprint}`));
  });
  const { json } = await other.newOrder("again.example.com");
  const [challenge] = await other.challenges(json);
  const url = String(challenge?.url);
  expect((await other.post(url, {})).json["status"]).toBe("processing");
  await arrived.promise;
  const again = await other.post(url, {});
  expect(again.json["status"]).toBe("processing");
  expect(again.headers.get("link")).toContain(`<${challenge?.authorization}>;rel="up"`);
  goOn.resolve();
  expect(await other.settled(url, "processing")).toMatchObject({
    status: "valid",
    validated: expect.any(String),
  });
  expect(site.seen).toHaveLength(1);
  expect(patient.counts().repeatedChallenges).toBe(1);
});

test("perspectives come from addresses of their own; one of five may see nothing", async () => {
  await using far = await startSimCa({ httpPort: site.port, perspectives: 6 });
  const other = await TestClient.registered(far.directoryUrl);
  const seenFrom = (blind: ReadonlySet<string>): Behaviour => {
    return ({ url = "", socket }, response) => {
      if (blind.has(socket.remoteAddress ?? "")) response.writeHead(404).end();
      else response.end(`${url.split("/").at(-1)}.${other.thumbprint}`);
    };
  };
  site.behave(seenFrom(new Set(["127.0.0.4"])));
  expect(await other.attempt((await other.newOrder("far1.example.com")).json)).toBeNull();
  expect(site.seen.map(({ from }) => from).sort()).toEqual(
    [1, 2, 3, 4, 5, 6].map((last) => `127.0.0.${last}`),
  );
  site.behave(seenFrom(new Set(["127.0.0.4", "127.0.0.5"])));
  const problem = await other.attempt((await other.newOrder("far2.example.com")).json);
  expect(problem?.["detail"]).toMatch(/^During secondary validation: 127\.0\.0\.1: Invalid response/);
});

test("other types are offered and fail; a wildcard has no http-01", async () => {
  const { json } = await client.newOrder("*.wild.example.com");
  const [url] = json["authorizations"] as string[];
  const { json: authorization } = await client.post(String(url), null);
  expect(authorization).toMatchObject({
    wildcard: true,
    identifier: { type: "dns", value: "wild.example.com" },
  });
  const challenges = authorization["challenges"] as Json[];
  expect(challenges.map(({ type }) => type)).not.toContain("http-01");
  const dns = challenges.find(({ type }) => type === "dns-01");
  await client.post(String(dns?.["url"]), {});
  expect(await client.settled(String(url), "pending")).toMatchObject({
    status: "invalid",
    challenges: [{ type: "dns-01", error: { type: "urn:ietf:params:acme:error:dns" } }],
  });
});

test("close() ends with validations still under way", async () => {
  const arrived = Promise.withResolvers<void>();
  site.behave(() => {
    arrived.resolve();
  });
  const closing = await startSimCa({ httpPort: site.port });
  const other = await TestClient.registered(closing.directoryUrl);
  for (const { url } of await other.challenges((await other.newOrder("slow.example.com")).json)) {
    await other.post(url, {});
  }
  await arrived.promise;
  await closing.close();
  await closing.close();
});

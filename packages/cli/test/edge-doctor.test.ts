/** The path of a challenge followed by a whole server: real name servers, edges on loopback addresses, the command line. */

import { readFile } from "node:fs/promises";
import { createServer, type RequestListener } from "node:http";
import { createServer as createTlsServer, type Server as TlsServer } from "node:https";
import type { Server } from "node:net";
import { type ChallengePath, type Client, createClient, type Examination, operations } from "@certmill/api";
import { afterAll, beforeAll, expect, test } from "vitest";
import { freePort } from "../../../tools/peers/free-port.ts";
import { until } from "../../../tools/peers/until.ts";
import { type NameServers, startNameServers, zone } from "../../server/test/checks/name-servers.ts";
import { addSimCa, startTestServer, type TestServer } from "./support/test-server.ts";

const root = zone(".", [
  "right.example.com A 127.0.0.1",
  "redirect.example.com A 127.0.0.2",
  "missing.example.com A 127.0.0.3",
  "itself.example.com A 127.0.0.4",
  "pair.example.com A 127.0.0.1",
  "stray.example.com A 127.0.0.1",
  "stray.example.com AAAA 2001:db8::7",
]);
const ports = { http: 0, https: 0 };
const listening: Server[] = [];
let names: NameServers;
let server: TestServer;
let client: Client;
/** Beside the responder. */
const tls: TlsServer = createTlsServer();

const listen = (one: Server, port: number, address: string): Promise<void> =>
  new Promise((resolve, reject) => {
    listening.push(one);
    one.once("error", reject).listen(port, address, resolve);
  });
const edge = (address: string, handle: RequestListener) => listen(createServer(handle), ports.http, address);

beforeAll(async () => {
  names = await startNameServers({ "127.0.0.1": [root] });
  ports.http = await freePort();
  ports.https = await freePort();
  const environment = {
    CERTMILL_RESPONDER_LISTEN: `127.0.0.1:${ports.http}`,
    CERTMILL_INGRESS_ADDRESSES: "127.0.0.0/8, 2001:db8::1",
    CERTMILL_CHECK_ALLOWED_RANGES: "127.0.0.0/8",
    CERTMILL_DNS_ROOT_SERVERS: `127.0.0.1:${names.port}`,
  };
  const outsidePorts = { ...ports, dns: names.port };
  server = await startTestServer({}, { environment, world: { outsidePorts } });
  await addSimCa(server);
  const token = (await readFile(`${server.dataDir}/admin-token`, "utf8")).trim();
  client = createClient({ baseUrl: server.url, token, fetch });
  await edge("127.0.0.2", ({ url, headers }, response) =>
    response.writeHead(301, { location: `https://${headers.host}${url}`, server: "haproxy" }).end(),
  );
  await edge("127.0.0.3", (_request, response) => response.writeHead(404, { server: "nginx" }).end());
});
afterAll(async () => {
  await server[Symbol.asyncDispose]();
  await names[Symbol.asyncDispose]();
  for (const one of listening) one.close();
});

const run = (line: string) => server.run(line.split(" "));
const add = (name: string) => client.call(operations.addDomain, { body: { name } });
const follow = (name: string): Promise<ChallengePath> =>
  client.call(operations.followPath, { params: { name } });
const told = ({ steps }: ChallengePath) => steps.map(({ state, code }) => `${state} ${code}`);
const wrong = ({ steps }: ChallengePath) =>
  steps.filter(({ state }) => state === "wrong").map(({ code }) => code);

const show = (name: string) => client.call(operations.showDomain, { params: { name } });

async function exported(id: string) {
  const { chainPem: cert, keyPem: key } = await client.call(operations.exportCertificate, { params: { id } });
  return { id, cert, key };
}

/** Of the certificate that is the newest now, and another than `before`. */
async function nextPair(name: string, before: string | null) {
  const probe = async () => ((await show(name)).certificate?.id ?? before) !== before;
  await until({ what: "the certificate", probe, within: 60_000, every: 50 });
  return await exported((await show(name)).certificate?.id ?? "");
}

test("a name that is right, whose certificate is served, and then another one", async () => {
  const name = "right.example.com";
  await add(name);
  const { id, ...pair } = await nextPair(name, null);
  expect(wrong(await follow(name))).toEqual(["not-served"]);
  tls.setSecureContext(pair);
  await listen(tls, ports.https, "127.0.0.1");
  const path = await follow(name);
  expect(told(path)).toEqual([
    "right addresses",
    "right connected",
    "right answered",
    "right served",
    "note not-told",
  ]);
  expect(path.right).toBe(true);

  await client.call(operations.retryDomain, { params: { name } });
  const renewed = await nextPair(name, id);
  expect(wrong(await follow(name))).toEqual(["served-before"]);
  tls.setSecureContext(renewed);
  expect(wrong(await follow(name))).toEqual([]);
});

test("a redirect to a host that does not answer, as a person reads it", async () => {
  await add("redirect.example.com");
  const { code, stdout } = await run("edge doctor redirect.example.com");
  expect(code).toBe(1);
  expect(stdout).toMatch(
    /^redirect\.example\.com\n\nDNS\n {2}✓ .* has 127\.0\.0\.2 \(ours\)\.\n\nBy 127\.0\.0\.2\n/,
  );
  expect(stdout).toMatch(/· It redirects to https:\/\/redirect\.example\.com\/.* \(301, by haproxy\)/);
  expect(stdout).toMatch(
    /✗ The redirect leads to .*, which does not answer \(connection refused\)\. \[redirect-dead\]/,
  );
  expect(stdout).toContain("→ Leave /.well-known/acme-challenge/ out of the redirect.");
});

test("an edge without the rule, and an IPv6 address elsewhere", async () => {
  await add("missing.example.com");
  const missing = await follow("missing.example.com");
  expect([missing.right, wrong(missing)]).toEqual([false, ["not-led-here"]]);
  expect(missing.steps.find(({ code }) => code === "not-led-here")?.sentence).toContain("404, by nginx");
  await add("stray.example.com");
  // It is no address that this machine may ask.
  expect(wrong(await follow("stray.example.com"))).toEqual(["stray-aaaa", "probe-unsafe"]);
});

test("an edge that answers by itself, as the printed rule has it, is right for checks too", async () => {
  const { stdout } = await run("responder snippet nginx --stateless --json");
  const { parts } = JSON.parse(stdout);
  const [, thumbprint] = /default ([A-Za-z0-9_-]{43});/.exec(parts[0].text) ?? [];
  await edge("127.0.0.4", ({ url }, response) => response.end(`${url?.split("/").at(-1)}.${thumbprint}`));
  const name = "itself.example.com";
  await add(name);
  expect(told(await follow(name))).toContain("right answered-by-edge");
  const { check } = await client.call(operations.checkDomain, { params: { name } });
  expect(check?.findings).toEqual([]);
});

test("a pair: a client of either kind looks, and half of it is told", async () => {
  const name = "pair.example.com";
  await client.call(operations.addDomain, { body: { name, keyType: "p256+rsa2048" } });
  const main = await nextPair(name, null);
  const probe = async () => (await show(name)).twin?.certificate !== null;
  await until({ what: "the RSA certificate", probe, within: 60_000, every: 50 });
  const twin = await exported((await show(name)).twin?.certificate?.id ?? "");
  const seen = async () => (await follow(name)).steps.filter(({ part }) => part === "tls");

  tls.setSecureContext(main);
  expect(await seen()).toMatchObject([{ code: "served" }, { code: "half-served", state: "note" }]);
  tls.setSecureContext(twin);
  expect(await seen()).toMatchObject([{ code: "half-served" }, { code: "served" }]);
  tls.setSecureContext({ cert: [main.cert, twin.cert], key: [main.key, twin.key] });
  expect(await seen()).toMatchObject([{ code: "served" }, { code: "served" }]);
  const { code, stdout } = await run(`edge doctor ${name}`);
  expect(stdout).toMatch(/✓ TLS: RSA: It serves the certificate/);
  expect(code).toBe(0);

  const { token } = await client.call(operations.createToken, {
    body: { name: "edges", scope: "edge", edgeGroup: "default" },
  });
  const edges = createClient({ baseUrl: server.url, token, fetch });
  const { items } = await edges.call(operations.edgeSnapshot, { query: { edge: "edge-1", twins: true } });
  const servedAt = new Date().toISOString();
  const receiptOf = (id: string) => {
    const lineageId = items.find(({ certificateId }) => certificateId === id)?.lineageId ?? "";
    return { lineageId, certificateId: id, servedAt, error: null };
  };
  for (const [{ id }, line, step] of [
    [main, /BEHIND +HALF\nedge-1 .* 1$/m, "half-told"],
    [twin, /BEHIND\nedge-1 .*$/m, "told"],
  ] as const) {
    await edges.call(operations.sendReceipts, { body: { edge: "edge-1", receipts: [receiptOf(id)] } });
    expect((await run("edge list")).stdout).toMatch(line);
    expect((await follow(name)).steps.at(-1)?.code).toBe(step);
  }
  // It is behind with the others, which is no matter here.
  expect((await run("edge remove edge-1 --yes")).code).toBe(0);
});

test("of what there is not, nothing is asked", async () => {
  for (const name of ["unknown.example.com", "*.right.example.com"])
    await expect(follow(name)).rejects.toMatchObject({ code: "not-found" });
});

test("the whole installation: the way from outside is tried by what was issued last, the CA is asked", async () => {
  const well = await run("doctor --json");
  const examination: Examination = JSON.parse(well.stdout);
  const codes = examination.findings.map(({ state, code }) => `${state} ${code}`);
  expect(codes).toContain("right ca-answers");
  const ways = examination.findings.filter(({ part }) => part === "challenge");
  expect(ways.map(({ state }) => state)).toEqual(ways.map(() => "right"));
  expect(ways[0]?.sentence).toMatch(
    /^The responder is reached from outside by (right|itself|pair)\.example\.com\.$/,
  );
  expect([examination.right, well.code]).toEqual([true, 0]);

  await server.simCa.close();
  const { code, stdout } = await run("doctor");
  expect(stdout).toMatch(/^CAs\n {2}✗ sim cannot be reached: .*ECONNREFUSED.*\. \[ca-away\]\n {4}→ /m);
  expect(stdout).toMatch(/\n1 fault\.\n$/);
  expect(code).toBe(1);
});

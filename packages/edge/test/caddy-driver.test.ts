/** What Caddy is answered. That a real one serves it is shown in test/system/caddy.test.ts. */
import { X509Certificate } from "node:crypto";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  type CaddyDriver,
  type CaddyOptions,
  openCaddyDriver,
} from "../src/driver/caddy/open-caddy-driver.ts";
import type { EdgeEvent } from "../src/log/edge-event.ts";
import { type DrivenAgent, driveAgent } from "./support/driven-agent.ts";
import { EdgeServer } from "./support/edge-server.ts";
import { eventually } from "./support/eventually.ts";
import { get } from "./support/get.ts";
import { TestCa } from "./support/test-ca.ts";

const ca = new TestCa();
afterAll(() => ca[Symbol.dispose]());

const names = ["a.example.com", "*.b.example.com"];
const first = ca.issue(names);
const second = ca.issue(names);
const hello = "signature_schemes=403%2C804&cipher_suites=1301%2C1302";
const events: EdgeEvent[] = [];

const nobodyMay: CaddyOptions["mayOrder"] = async () => false;

const openDriver =
  (part: Partial<CaddyOptions>) =>
  (certificateFor: CaddyOptions["certificateFor"], mayOrder: CaddyOptions["mayOrder"] = nobodyMay) =>
    openCaddyDriver({
      certificateFor,
      mayOrder,
      host: "127.0.0.1",
      port: 0,
      secret: null,
      log: (event) => events.push(event),
      ...part,
    });

let server: EdgeServer;
let driven: DrivenAgent<CaddyDriver>;

beforeAll(async () => {
  server = await EdgeServer.open();
  server.put("1", "11", names, first);
  for (const name of ["new.example.net", "*.new.example.net"]) server.begins.add(name);
  server.waits.add("waiting.example.net");
  driven = await driveAgent({ server, openDriver: openDriver({}) });
  await eventually("it is installed", () => server.served().includes("11"));
});

afterAll(async () => {
  await driven[Symbol.asyncDispose]();
  await server[Symbol.asyncDispose]();
});

const ask = (path: string, part: { method?: string; host?: string } = {}) =>
  get({ port: driven.driver.port, path, ...part });

const certificateFor = async (name: string) => driven.running.agent.servedFor(name);

test("chain and key come in one body", async () => {
  const { status, body } = await ask(`/cert?server_name=a.example.com&${hello}`);
  expect(status).toBe(200);
  expect(body).toBe(first.chainPem + first.keyPem);
});

test("of a pair each client is answered with what it can verify", async () => {
  await using pairs = await EdgeServer.open();
  const [main, rsa] = [ca.issue(["pair.example.com"]), ca.issueRsa(["pair.example.com"])];
  pairs.put("1", "11", ["pair.example.com"], main);
  pairs.put("2", "21", ["pair.example.com"], { ...rsa, twinOf: "1" });
  await using other = await driveAgent({ server: pairs, openDriver: openDriver({}) });
  await eventually("both are installed", () => pairs.served().length === 2);
  const answerFor = async (part: string) =>
    (await get({ port: other.driver.port, path: `/cert?server_name=pair.example.com&${part}` })).body;
  expect(await answerFor(hello)).toBe(main.chainPem + main.keyPem);
  expect(await answerFor("")).toBe(main.chainPem + main.keyPem);
  expect(await answerFor("signature_schemes=804%2C401&cipher_suites=1301%2Cc02f")).toBe(
    rsa.chainPem + rsa.keyPem,
  );
  expect(await answerFor("signature_schemes=&cipher_suites=c013%2C2f")).toBe(rsa.chainPem + rsa.keyPem);
  pairs.remove("2");
  await eventually("it is withdrawn", () => other.running.events.some(({ kind }) => kind === "withdrawn"));
  expect(await answerFor("signature_schemes=804&cipher_suites=1301")).toBe(main.chainPem + main.keyPem);
});

describe("what is asked and what is said", () => {
  const cases: readonly (readonly [path: string, status: number])[] = [
    ["/cert?server_name=A.Example.COM.", 200],
    ["/cert?server_name=shop.b.example.com", 200],
    ["/cert?server_name=b.example.com", 204],
    ["/cert?server_name=x.shop.b.example.com", 204],
    ["/cert?server_name=c.example.com", 204],
    ["/cert?server_name=192.0.2.1", 204],
    ["/cert?server_name=", 204],
    ["/cert?server_name=&local_ip=192.0.2.1", 204],
    ["/cert?server_name=&local_ip=a.example.com", 204],
    ["/cert", 400],
    ["/cert?server_name=*.b.example.com", 400],
    ["/cert?server_name=a..example.com", 400],
    ["/cert?server_name=%00", 400],
    ["/cert?server_name=%ff%fe", 400],
    [`/cert?server_name=${"a.".repeat(2_000)}com`, 400],
    [`/cert?server_name=a.example.com&x=${"x".repeat(20_000)}`, 431],
    ["/cert/../cert?server_name=a.example.com", 200],
    ["//cert?server_name=a.example.com", 404],
    ["/certs?server_name=a.example.com", 404],
    ["/__proto__", 404],
    ["/constructor", 404],
    ["/", 404],
    ["*", 404],
    ["/ask?domain=a.example.com", 200],
    ["/ask?domain=c.example.com", 403],
    ["/ask?domain=new.example.net", 200],
    ["/ask?domain=waiting.example.net", 403],
    // Anybody makes up as many as they like.
    ["/ask?domain=shop.b.example.com", 403],
    ["/ask?domain=shop.new.example.net", 403],
    ["/has?domain=a.example.com", 200],
    ["/has?domain=shop.b.example.com", 200],
    ["/has?domain=c.example.com", 403],
    ["/has?domain=new.example.net", 403],
    ["/has", 400],
    ["/ask?domain=..", 400],
    ["/ask", 400],
  ];
  test.each(cases.map(([path, status]) => [path.slice(0, 50), status, path] as const))(
    "%s: %i",
    async (_, status, path) => {
      const said = await ask(path);
      expect(said.status).toBe(status);
      // Node itself refuses what is too long.
      if (status >= 400 && status !== 431) expect(said.body).toMatch(/^[A-Z].*\.\n$/);
    },
  );
});

test.each(["HEAD", "POST", "DELETE"])("%s is refused", async (method) => {
  expect((await ask("/cert?server_name=a.example.com", { method })).status).toBe(405);
});

test.each([
  ["127.0.0.1:8403", 200],
  ["localhost:8403", 200],
  ["[::1]:8403", 200],
  ["evil.example:8403", 421],
  ["a.example.com", 421],
])("a request to the host %s: %i", async (host, status) => {
  expect((await ask("/cert?server_name=a.example.com", { host })).status).toBe(status);
});

test("files that somebody has removed are no 'not ours'", async () => {
  await using other = await driveAgent({ server, openDriver: openDriver({}) });
  await eventually("it is installed", () => other.running.events.some(({ kind }) => kind === "installed"));
  await rm(join(other.directory, ".versions"), { recursive: true });
  const { status, body } = await get({ port: other.driver.port, path: "/cert?server_name=a.example.com" });
  expect([status, body]).toEqual([
    503,
    "The files of a.example.com are not there; they are being made anew.\n",
  ]);
});

test("what was read once is answered from memory; what is renewed, anew", async () => {
  await ask("/cert?server_name=a.example.com");
  await rm(join(driven.directory, ".versions", "1", `11-${first.serial}`), { recursive: true });
  expect((await ask("/cert?server_name=a.example.com")).body).toBe(first.chainPem + first.keyPem);
  server.put("1", "12", names, second);
  await eventually("the new one is told", () => server.served().includes("12"));
  expect((await ask("/cert?server_name=a.example.com")).body).toBe(second.chainPem + second.keyPem);
  const { serialNumber } = new X509Certificate(second.chainPem);
  const serial = serialNumber.toLowerCase().replace(/^0+/, "");
  expect(await driven.driver.list(AbortSignal.timeout(1_000))).toEqual(new Map([["1", serial]]));
});

test("with a secret only its paths are answered, by whatever host", async () => {
  await using driver = await openDriver({ secret: "s3cret" })(certificateFor);
  const status = async (path: string, host = "caddy.internal") =>
    (await get({ port: driver.port, path, host })).status;
  expect(await status("/s3cret/cert?server_name=a.example.com")).toBe(200);
  expect(await status("/s3cret/has?domain=a.example.com")).toBe(200);
  expect(await status("/cert?server_name=a.example.com")).toBe(404);
  expect(await status("/other/cert?server_name=a.example.com")).toBe(404);
  expect(await status("/s3cret")).toBe(404);
});

test("an ask that fails is no yes, and is told", async () => {
  const fail = async () => {
    throw new Error("the server does not answer");
  };
  await using driver = await openDriver({})(certificateFor, fail);
  const answer = await get({ port: driver.port, path: "/ask?domain=c.example.com" });
  expect(answer).toMatchObject({ status: 503, body: "It cannot be told now: the server does not answer.\n" });
});

test("an address that others reach is warned of, once there is no secret", async () => {
  events.length = 0;
  for (const part of [{ host: "127.0.0.2" }, { host: "0.0.0.0", secret: "s3cret" }, { host: "0.0.0.0" }]) {
    await using _driver = await openDriver(part)(certificateFor);
  }
  expect(events.filter(({ kind }) => kind === "warning")).toEqual([
    { kind: "warning", warning: expect.stringContaining("whoever reaches 0.0.0.0 port") },
  ]);
});

test("a port that is taken is an error that says so", async () => {
  const { port } = driven.driver;
  await expect(openDriver({ port })(certificateFor)).rejects.toMatchObject({
    code: "port-unusable",
  });
});

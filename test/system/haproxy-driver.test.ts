/** The driver of HAProxy against the real one: what is served is read from TLS handshakes. */
import { mkdtempDisposable, readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Delivery, Driver } from "../../packages/edge/src/driver/driver.ts";
import { DriverOptions } from "../../packages/edge/src/driver/driver-options.ts";
import { haproxyKind } from "../../packages/edge/src/driver/haproxy/haproxy-kind.ts";
import { issuersPath } from "../../packages/edge/src/driver/haproxy/open-haproxy-driver.ts";
import { plainSerial } from "../../packages/edge/src/proof/handshake.ts";
import { EdgeServer } from "../../packages/edge/test/support/edge-server.ts";
import { eventually } from "../../packages/edge/test/support/eventually.ts";
import { runAgent } from "../../packages/edge/test/support/running-agent.ts";
import { TestCa } from "../../packages/edge/test/support/test-ca.ts";
import { peers, programOf } from "../../tools/peers/peer.ts";
import { runProgram } from "./support/certmill.ts";
import { type HaproxyEdge, startHaproxyEdge } from "./support/haproxy-edge.ts";
import { torture } from "./support/haproxy-torture.ts";

let edge: HaproxyEdge;
let driver: Driver;
const never = new AbortController().signal;

beforeAll(async () => {
  edge = await startHaproxyEdge({ issuers: "known" });
  driver = edge.openDriver();
});
afterAll(async () => {
  await edge[Symbol.asyncDispose]();
});

const put = (delivery: Delivery) => driver.put(delivery, never);
const done = { kind: "done" };
const nothing = async function* (): AsyncGenerator<Delivery> {};

async function putNew(lineageId: string, ...names: string[]): Promise<Delivery> {
  const delivery = await edge.issue(lineageId, names);
  expect(await put(delivery)).toEqual(done);
  return delivery;
}

test("a certificate is added, renewed and removed while HAProxy runs, with wildcards", async () => {
  const names = ["a.example.com", "*.a.example.com"];
  const before = await driver.health(never);
  const first = await putNew("1", ...names);
  expect(await edge.served("a.example.com")).toBe(first.ref.serial);
  expect(await edge.served("x.a.example.com")).toBe(first.ref.serial);
  const second = await putNew("1", ...names);
  expect(await put(second)).toEqual(done);
  expect(await edge.served("x.a.example.com")).toBe(second.ref.serial);
  expect(await driver.list(never)).toEqual(new Map([["1", second.ref.serial]]));
  expect(await driver.remove({ lineageId: "1", names }, never)).toEqual(done);
  expect(await driver.remove({ lineageId: "1", names }, never)).toEqual(done);
  expect(await edge.served("a.example.com")).toBeNull();
  expect(await driver.list(never)).toEqual(new Map());
  expect(await driver.health(never)).toEqual(before);
});

test("of a pair each client gets the certificate that it can verify, in the running process and after a reload", async () => {
  const names = ["pair.example.com", "*.pair.example.com"];
  const ecdsa = await putNew("pair", ...names);
  const rsa = await edge.issue("twin", names, "pair");
  expect(await put(rsa)).toEqual(done);
  const shown = async () =>
    Promise.all((["all", "ecdsa", "rsa"] as const).map((each) => edge.served("x.pair.example.com", each)));
  const both = [ecdsa.ref.serial, ecdsa.ref.serial, rsa.ref.serial];
  expect(await shown()).toEqual(both);
  const renewed = await edge.issue("twin", names, "pair");
  expect(await put(renewed)).toEqual(done);
  expect(await shown()).toEqual([...both.slice(0, 2), renewed.ref.serial]);
  await edge.haproxy.reload();
  expect(await shown()).toEqual([...both.slice(0, 2), renewed.ref.serial]);
  expect(await driver.remove({ lineageId: "twin", names }, never)).toEqual(done);
  expect(await shown()).toEqual([...both.slice(0, 2), null]);
  expect(await driver.remove({ lineageId: "pair", names }, never)).toEqual(done);
});

test("a reload and a kill lose nothing, and have another boot id", async () => {
  const kept = await putNew("2", "kept.example.com");
  const gone = await putNew("3", "gone.example.com");
  const renewed = await putNew("2", "kept.example.com");
  await driver.remove({ lineageId: "3", names: gone.names }, never);
  expect(kept.ref.serial).not.toBe(renewed.ref.serial);
  const bootIds = [await driver.health(never)];
  await edge.haproxy.reload();
  bootIds.push(await driver.health(never));
  expect(await edge.served("kept.example.com")).toBe(renewed.ref.serial);
  await edge.haproxy.kill();
  expect(await driver.health(never)).toMatchObject({
    kind: "away",
    reason: expect.stringMatching(/admin.sock/),
  });
  expect(await put(renewed)).toMatchObject({ kind: "away" });
  expect(await driver.list(never)).toBeNull();
  await edge.haproxy.start();
  bootIds.push(await driver.health(never));
  expect(await edge.served("kept.example.com")).toBe(renewed.ref.serial);
  expect(await edge.served("gone.example.com")).toBeNull();
  expect(new Set(bootIds.map((health) => JSON.stringify(health))).size).toBe(3);
  expect(await driver.list(never)).toEqual(new Map([["2", renewed.ref.serial]]));
});

test("a key that does not fit is refused with HAProxy's words, and the old one stays, also on disk", async () => {
  const good = await putNew("4", "key.example.com");
  const other = await edge.issue("4", ["key.example.com"]);
  const mixed = { ...other, pair: { ...other.pair, keyPem: good.pair.keyPem } };
  const outcome = await put(mixed);
  expect(outcome).toEqual({
    kind: "refused",
    reason: expect.stringMatching(/^HAProxy says: inconsistencies between private key and certificate/),
  });
  expect(await edge.served("key.example.com")).toBe(good.ref.serial);
  expect(await put({ ...mixed, lineageId: "5", names: ["new.example.com"] })).toMatchObject({
    kind: "refused",
  });
  expect(await edge.haproxy.ask("show ssl cert\n")).not.toMatch(/transaction|\/5\./);
  await edge.haproxy.reload();
  expect(await edge.served("key.example.com")).toBe(good.ref.serial);
  expect(await put(other)).toEqual(done);
  expect(await edge.served("key.example.com")).toBe(other.ref.serial);
});

test("empty lines between the blocks do no harm; what is too large is refused before it is sent", async () => {
  const spaced = await edge.issue("6", ["spaced.example.com"]);
  const { chainPem, keyPem } = spaced.pair;
  const pair = { chainPem: chainPem.replaceAll("-----END", "\n\n-----END").replaceAll("\n", "\r\n"), keyPem };
  expect(await put({ ...spaced, pair })).toEqual(done);
  expect(await edge.served("spaced.example.com")).toBe(spaced.ref.serial);

  const chain = `${chainPem}${chainPem.repeat(12)}`;
  const large = await edge.issue("7", ["large.example.com"]);
  expect(await put({ ...large, pair: { chainPem: chain, keyPem } })).toEqual({
    kind: "refused",
    reason: expect.stringMatching(
      /^chain and key are a command of \d{5} bytes; HAProxy takes commands under 16384 bytes \(tune\.bufsize\)$/,
    ),
  });
  expect(await put({ ...spaced, names: ["192.0.2.1"] })).toMatchObject({
    kind: "refused",
    reason: expect.stringMatching(/no IP addresses/),
  });
});

test("names of a lineage change, and move to another, and are served throughout", async () => {
  const both = await putNew("8", "one.example.com", "two.example.com");
  const other = await putNew("9", "three.example.com");
  const taking = await putNew("9", "three.example.com", "two.example.com");
  expect(await edge.served("three.example.com")).toBe(taking.ref.serial);
  expect([both.ref.serial, taking.ref.serial]).toContain(await edge.served("two.example.com"));
  const left = await putNew("8", "one.example.com");
  expect(await edge.served("one.example.com")).toBe(left.ref.serial);
  expect(await edge.served("two.example.com")).toBe(taking.ref.serial);
  expect(other.ref.serial).not.toBe(taking.ref.serial);
  await edge.haproxy.reload();
  expect(await edge.served("two.example.com")).toBe(taking.ref.serial);
});

test("another program's open transaction is neither taken for ours nor committed", async () => {
  const mine = await putNew("10", "mine.example.com");
  const theirs = await putNew("11", "theirs.example.com");
  const pem = ({ pair }: Delivery) => `${pair.chainPem}${pair.keyPem}`;
  const theirPath = /^ (\S+) theirs\.example\.com$/m.exec(await readFile(edge.listPath, "utf8"))?.[1] ?? "";
  const stray = await edge.issue("12", ["theirs.example.com"]);
  const opened = await edge.haproxy.ask(`set ssl cert ${theirPath} <<\n${pem(stray)}\n`);
  expect(opened).toMatch(/^Transaction created for certificate/);
  // The hazard is real: HAProxy would put this into their transaction.
  const hazard = await edge.haproxy.ask(
    `set ssl cert ${theirPath.replace(/11\./, "10.")} <<\n${pem(mine)}\n`,
  );
  expect(hazard).not.toMatch(/created/);

  const renewed = await putNew("10", "mine.example.com");
  expect(await edge.served("mine.example.com")).toBe(renewed.ref.serial);
  expect(await edge.served("theirs.example.com")).toBe(theirs.ref.serial);
  expect(await edge.haproxy.ask(`commit ssl cert ${theirPath}\n`)).toMatch(/No ongoing transaction/);
  expect(await driver.remove({ lineageId: "11", names: theirs.names }, never)).toEqual(done);
});

test("a new driver clears what a killed one left, and is told of what others have changed", async () => {
  const here = await putNew("13", "here.example.com");
  // As a kill between HAProxy's commit and the disk leaves it: HAProxy has it by a path that no line names.
  const half = await edge.issue("14", ["half.example.com"]);
  const path = `${edge.directory}/haproxy/14.0123456789abcdef.pem`;
  await edge.haproxy.ask(
    `new ssl cert ${path};set ssl cert ${path} <<\n${half.pair.chainPem}${half.pair.keyPem}\n`,
  );
  await edge.haproxy.ask(`commit ssl cert ${path};add ssl crt-list ${edge.listPath} ${path}\n`);
  expect(await edge.served("half.example.com")).toBe(half.ref.serial);

  driver = edge.openDriver();
  const listed = await driver.list(never);
  expect(listed?.get("13")).toBe(here.ref.serial);
  expect(listed?.get("14")).toBe("");
  expect(await driver.remove({ lineageId: "14", names: [] }, never)).toEqual(done);
  expect(await edge.served("half.example.com")).toBeNull();
  expect((await driver.list(never))?.has("14")).toBe(false);

  expect(await driver.load(nothing(), never)).toEqual(done);
  expect(await driver.list(never)).toEqual(new Map());
  expect(await readFile(edge.listPath, "utf8")).not.toMatch(/^ /m);
});

test("random changes, reloads, restarts, ends of the agent and another program end in what is desired", async () => {
  const seed = Number(process.env["CERTMILL_TEST_SEED"] ?? Date.now() % 1_000_000);
  const report = await torture(edge, 60, seed).catch((error: unknown) => {
    throw new Error(`seed ${seed}`, { cause: error });
  });
  expect(report, `seed ${seed}`).toMatchObject({ crossed: [], incomplete: [], wrong: [] });
  expect(report.puts, `seed ${seed}`).toBeGreaterThan(0);
});

test("the agent brings what the server has, and again what HAProxy missed while it was down", async () => {
  await using server = await EdgeServer.open();
  using ca = new TestCa();
  const names = ["agent.example.com"];
  const [first, second] = [ca.issue(names), ca.issue(names)];
  server.put("21", "211", names, first);
  const open = haproxyKind.plan(
    new DriverOptions(
      new Map([
        ["proxy-socket", [edge.haproxy.socket]],
        ["proxy-issuers", [issuersPath(edge.directory)]],
      ]),
    ),
  );
  const parts = {
    certificateFor: async () => null,
    knows: async () => false,
    mayOrder: async () => false,
    log: () => undefined,
  };
  const driven = await open({ directory: edge.directory, ...parts });
  const often = {
    pace: haproxyKind.pace,
    onePerName: false,
    switchesWithin: 2_000,
    lookEvery: 50,
    reconcileEvery: 60_000,
  };
  await using _agent = await runAgent(server, edge.directory, {
    layout: haproxyKind.layout ?? "pair",
    proxy: { kind: "driver", driver: driven, ...often },
    proveAt: edge.tlsAddress,
  });
  await eventually("it is served, and reported", () => server.served().includes("211"));
  expect(await edge.served("agent.example.com")).toBe(plainSerial(first.serial));
  await edge.haproxy.kill();
  server.put("21", "212", names, second);
  await edge.haproxy.start();
  await eventually("the renewed one is served, and reported", () => server.served().includes("212"));
  expect(await edge.served("agent.example.com")).toBe(plainSerial(second.serial));
  expect(server.receipts.filter(({ error }) => error !== null)).toEqual([]);
});

test("HAProxy takes the configurations of the docs", async () => {
  await using directory = await mkdtempDisposable(join(tmpdir(), "certmill-docs-"));
  const docs = await readFile("docs/edges/haproxy.md", "utf8");
  const blocks = [...docs.matchAll(/^```haproxy\n([^]*?)^```$/gm)].map(([, block = ""]) => block);
  expect(blocks).toHaveLength(2);
  const { pair } = edge.ca.issue("docs", ["fallback.example.com"]);
  await writeFile(join(directory.path, "fallback.pem"), pair.chainPem + pair.keyPem);
  for (const name of ["crt-list", "shards.map"]) await writeFile(join(directory.path, name), "");
  for (const [index, block] of blocks.entries()) {
    const file = join(directory.path, `${index}.cfg`);
    const moved = block
      .replaceAll("/var/lib/certmill/shard1/haproxy", directory.path)
      .replaceAll(/\/(etc|run)\/haproxy/g, directory.path);
    await writeFile(file, moved);
    expect(await runProgram(programOf(peers.haproxy), ["-c", "-f", file])).toMatchObject({ code: 0 });
  }
});

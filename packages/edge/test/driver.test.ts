/** The agent with a proxy that is given certificates while it runs. */
import { afterAll, expect, test } from "vitest";
import type { AgentOptions } from "../src/agent.ts";
import { EdgeServer } from "./support/edge-server.ts";
import { eventually } from "./support/eventually.ts";
import { MemoryProxy } from "./support/memory-proxy.ts";
import { runAgent, temporaryDirectory } from "./support/running-agent.ts";
import { TestCa } from "./support/test-ca.ts";

const ca = new TestCa();
afterAll(() => ca[Symbol.dispose]());

const aNames = ["a.example.com", "www.a.example.com"];
const a1 = ca.issue(aNames);
const a2 = ca.issue(aNames);
const b1 = ca.issue(["*.b.example.com"]);
const plain = (serial: string) => serial.replace(/^0+/, "");

const driven = (proxy: MemoryProxy, reconcileEvery = 60_000): Partial<AgentOptions> => ({
  proxy: {
    kind: "driver",
    driver: proxy,
    pace: 1_000,
    onePerName: false,
    switchesWithin: 200,
    lookEvery: 20,
    reconcileEvery,
  },
  proveAt: proxy.address,
});

interface Place extends AsyncDisposable {
  readonly server: EdgeServer;
  readonly proxy: MemoryProxy;
  readonly directory: string;
}

async function openPlace(): Promise<Place> {
  await using opened = new AsyncDisposableStack();
  const server = opened.use(await EdgeServer.open());
  const { path: directory } = opened.use(await temporaryDirectory());
  const proxy = opened.use(await MemoryProxy.open());
  const lifetime = opened.move();
  return { server, proxy, directory, [Symbol.asyncDispose]: () => lifetime.disposeAsync() };
}

test("what is stored is served, seen to be, and only then reported", async () => {
  await using place = await openPlace();
  const { server, proxy, directory } = place;
  server.put("1", "11", aNames, a1);
  server.put("2", "21", ["*.b.example.com"], b1);
  await using _agent = await runAgent(server, directory, driven(proxy));
  await eventually("both are served", () => server.served().length === 2);

  proxy.isStuck = true;
  server.put("1", "12", aNames, a2);
  await eventually("it is told that another is served", () => server.receipts.at(-1)?.error !== null);
  const { port } = proxy.address;
  expect(server.receipts.at(-1)).toMatchObject({
    certificateId: "12",
    error: `127.0.0.1:${port} serves serial ${plain(a1.serial)} for a.example.com, not ${plain(a2.serial)}`,
  });
  expect(server.served()).toEqual(["11", "21"]);
  proxy.isStuck = false;
  await eventually("it is given again", () => server.served().includes("12"));

  server.remove("2");
  await eventually("it is taken away", () => proxy.serials().size === 1);
  expect(proxy.serials()).toEqual(new Map([["1", plain(a2.serial)]]));
});

test("a certificate that the proxy refuses is reported with its reason, and the old one stays", async () => {
  await using place = await openPlace();
  const { server, proxy, directory } = place;
  server.put("1", "11", aNames, a1);
  await using _agent = await runAgent(server, directory, driven(proxy));
  await eventually("it is served", () => server.served().length === 1);
  proxy.refusal = "its key is of a kind that is not supported";
  server.put("1", "12", aNames, a2);
  await eventually("it is told", () => server.receipts.at(-1)?.error === proxy.refusal);
  expect(proxy.serials().get("1")).toBe(plain(a1.serial));
  proxy.refusal = null;
  await eventually("it is served after all", () => server.served().includes("12"));
});

test("a proxy that is away is waited for; nothing is reported meanwhile", async () => {
  await using place = await openPlace();
  const { server, proxy, directory } = place;
  proxy.away = "its socket is not there";
  server.put("1", "11", aNames, a1);
  await using agent = await runAgent(server, directory, driven(proxy));
  const misses = () => agent.events.filter(({ kind }) => kind === "proxy-lost").length;
  await eventually("it is missed and tried again", () => misses() > 2);
  expect(server.receipts).toEqual([]);
  proxy.away = null;
  await eventually("it is served", () => server.served().includes("11"));
  expect(agent.events.filter(({ kind }) => kind === "proxy-back")).toHaveLength(1);
});

test("one that says it is well and takes nothing is told of, and left alone for longer and longer", async () => {
  await using place = await openPlace();
  const { server, proxy, directory } = place;
  server.put("2", "21", ["*.b.example.com"], b1);
  await using agent = await runAgent(server, directory, driven(proxy));
  await eventually("one is served", () => server.served().includes("21"));
  const before = proxy.told.length;
  const said = (kind: string) => agent.events.filter((event) => event.kind === kind);
  proxy.locked = 'its stats socket needs "level admin"';
  server.put("1", "11", aNames, a1);
  await eventually("it is tried again", () => said("proxy-lost").length > 4);
  expect(said("proxy-lost")).toContainEqual(expect.objectContaining({ reason: proxy.locked }));
  expect(said("proxy-back")).toEqual([]);
  expect(proxy.told.length - before, "not more often than it is told").toBeLessThanOrEqual(
    said("proxy-lost").length + 1,
  );
  proxy.locked = null;
  await eventually("it is served", () => server.served().includes("11"));
  expect(said("proxy-back")).toHaveLength(1);
});

test("a proxy that has started anew is given everything at once, and it is proved anew", async () => {
  await using place = await openPlace();
  const { server, proxy, directory } = place;
  server.put("1", "11", aNames, a1);
  server.put("2", "21", ["*.b.example.com"], b1);
  await using _agent = await runAgent(server, directory, driven(proxy));
  await eventually("both are served", () => server.served().length === 2);
  const before = server.receipts.length;
  proxy.restart();
  await eventually("both are proved again", () => server.receipts.length === before + 2);
  expect(proxy.told.slice(-2)).toEqual(["load 11", "load 21"]);
  expect(server.retrieved).toHaveLength(2);
});

test("what somebody else changed in the proxy is put right", async () => {
  await using place = await openPlace();
  const { server, proxy, directory } = place;
  server.put("1", "11", aNames, a1);
  server.put("2", "21", ["*.b.example.com"], b1);
  await using agent = await runAgent(server, directory, driven(proxy, 20));
  await eventually("both are served", () => server.served().length === 2);
  proxy.drop("1");
  const pair = { chainPem: a2.chainPem, keyPem: a2.keyPem };
  await proxy.put({
    lineageId: "9",
    names: ["stray.example.com"],
    twinOf: null,
    ref: { ...a2, certificateId: "91" },
    pair,
  });
  await eventually("it is as it should be", () => [...proxy.serials().keys()].sort().join() === "1,2");
  expect(agent.events).toContainEqual({ kind: "proxy-differs", lineages: 1 });
});

test("an agent that starts again beside a proxy that went on gives it nothing twice", async () => {
  await using place = await openPlace();
  const { server, proxy, directory } = place;
  server.put("1", "11", aNames, a1);
  server.put("2", "21", ["*.b.example.com"], b1);
  {
    await using _agent = await runAgent(server, directory, driven(proxy));
    await eventually("both are served", () => server.served().length === 2);
  }
  const told = proxy.told.length;
  server.put("1", "12", aNames, a2);
  await using _agent = await runAgent(server, directory, driven(proxy));
  await eventually("the new one is served", () => server.served().includes("12"));
  expect(proxy.told.slice(told)).toEqual(["put 12"]);
});

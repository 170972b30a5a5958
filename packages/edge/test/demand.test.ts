/** Handshakes for names that nothing is installed for yet. */
import { createClient } from "@certmill/api";
import { afterAll, expect, test } from "vitest";
import { Demands } from "../src/demand/demands.ts";
import { answerDemands } from "../src/driver/nginx/answer-demands.ts";
import { Holdings } from "../src/holding/holdings.ts";
import { plainSerial, shakeHands } from "../src/proof/handshake.ts";
import { openTlsEdge, type TlsEdge } from "../src/tls/tls-edge.ts";
import { EdgeServer } from "./support/edge-server.ts";
import { eventually } from "./support/eventually.ts";
import { get } from "./support/get.ts";
import { type RunningAgent, runAgent, temporaryDirectory } from "./support/running-agent.ts";
import { TestCa } from "./support/test-ca.ts";

const ca = new TestCa();
afterAll(() => ca[Symbol.dispose]());
const one = ca.issue(["one.example.com"]);
const late = ca.issue(["late.example.com"]);

const openEdge = ({ agent }: RunningAgent): Promise<TlsEdge> =>
  openTlsEdge({
    agent,
    host: "127.0.0.1",
    tlsPort: 0,
    httpPort: null,
    responder: null,
    proofFor: null,
    cacheSize: 10,
  });

const handshake = async ({ tlsPort }: TlsEdge, name: string) =>
  await shakeHands({ host: "127.0.0.1", port: tlsPort }, name, AbortSignal.timeout(20_000));

test("a cold agent serves a name that is asked for before it knows what there is", async () => {
  await using server = await EdgeServer.open();
  await using directory = await temporaryDirectory();
  server.put("1", "11", ["one.example.com"], one);
  // The snapshot does not come: a large one takes its time.
  server.fail("edgeSnapshot", "hang");
  await using running = await runAgent(server, directory.path);
  await using edge = await openEdge(running);
  const shown = await Promise.all(Array.from({ length: 10 }, () => handshake(edge, "one.example.com")));
  expect(new Set(shown.map((at) => at.kind === "served" && at.serial))).toEqual(
    new Set([plainSerial(one.serial)]),
  );
  expect(server.asked("demandCertificate")).toBe(1);
  expect(server.retrieved).toEqual(["11"]);
});

test("a domain without a certificate is begun, and the handshake waits for it", async () => {
  await using server = await EdgeServer.open();
  await using directory = await temporaryDirectory();
  server.begins.add("late.example.com");
  await using running = await runAgent(server, directory.path);
  await using edge = await openEdge(running);
  const shown = Promise.all([handshake(edge, "late.example.com"), handshake(edge, "late.example.com")]);
  await eventually("the server is asked", () => server.asked("demandCertificate") === 1);
  server.put("2", "21", ["late.example.com"], late);
  expect(await shown).toEqual([
    { kind: "served", serial: plainSerial(late.serial) },
    { kind: "served", serial: plainSerial(late.serial) },
  ]);
  expect(server.asked("demandCertificate")).toBe(1);
});

test("an unknown name is refused at once, and the server is not asked again for it", async () => {
  await using server = await EdgeServer.open();
  await using directory = await temporaryDirectory();
  await using running = await runAgent(server, directory.path);
  await using edge = await openEdge(running);
  for (let i = 0; i < 3; i += 1) expect((await handshake(edge, "nobody.example.com")).kind).toBe("failed");
  expect(server.asked("demandCertificate")).toBe(1);
});

test("a server that is silent holds a handshake up for no longer than one that works at it", async () => {
  await using server = await EdgeServer.open();
  server.fail("demandCertificate", "hang");
  const demands = new Demands({
    client: createClient({ baseUrl: server.url, token: server.token }),
    edge: "paris-1",
    holdings: new Holdings(() => undefined),
    keeper: { written: async () => undefined },
    patience: 50,
  });
  expect(await demands.installed("one.example.com", new AbortController().signal)).toBe(false);
  expect(await demands.ask("one.example.com", new AbortController().signal)).toEqual({
    kind: "failed",
  });
  expect(server.asked("demandCertificate"), "and is left alone for a moment").toBe(1);
});

test("that the server cannot be asked is told apart from its no", async () => {
  await using server = await EdgeServer.open();
  await using directory = await temporaryDirectory();
  await using running = await runAgent(server, directory.path);
  const { agent } = running;
  const certificateFor = (name: string) => agent.demand(name);
  const knows = (name: string) => agent.knows(name);
  await using door = await answerDemands(
    { host: "127.0.0.1", port: 0 },
    { certificateFor, knows },
    () => undefined,
  );
  const status = async (name: string) =>
    (await get({ port: door.port, path: `/v1/demand?name=${name}` })).status;
  server.fail("demandCertificate", "drop");
  expect(await agent.knows("away.example.com")).toBeNull();
  expect(await status("away.example.com")).toBe(503);
  expect(await status("nobody.example.com")).toBe(404);
});

test("names that are none are never asked for, and a flood of names is cut off", async () => {
  await using server = await EdgeServer.open();
  await using directory = await temporaryDirectory();
  await using running = await runAgent(server, directory.path);
  const { agent } = running;
  for (const name of [
    "localhost",
    "a..example.com",
    "-",
    "a b.example.com",
    `${"a.".repeat(130)}example.com`,
  ]) {
    expect(await agent.demand(name), name).toBeNull();
  }
  expect(server.asked("demandCertificate")).toBe(0);
  await Promise.all(Array.from({ length: 5_000 }, (_, i) => agent.demand(`n${i}.example.com`)));
  // Of two seconds at most, if the clock ticks meanwhile.
  expect(server.asked("demandCertificate")).toBeLessThanOrEqual(100);
});

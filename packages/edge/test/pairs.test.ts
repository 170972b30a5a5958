/** Pairs at an edge: both lie on disk, both are served, each client gets its own, each has its receipts. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { freePort } from "../../../tools/peers/free-port.ts";
import { type Handshake, shakeHands, type Verifies } from "../src/proof/handshake.ts";
import { openTlsEdge } from "../src/tls/tls-edge.ts";
import { EdgeServer } from "./support/edge-server.ts";
import { eventually } from "./support/eventually.ts";
import { chainFor, runAgent, temporaryDirectory } from "./support/running-agent.ts";
import { TestCa } from "./support/test-ca.ts";

const ca = new TestCa();
afterAll(() => ca[Symbol.dispose]());

const names = ["a.example.com", "*.a.example.com"];
const p256 = ca.issue(names);
const rsa = { ...ca.issueRsa(names), twinOf: "1" };
const never = new AbortController().signal;
const listening = {
  host: "127.0.0.1",
  httpPort: null,
  responder: null,
  proofFor: null,
  cacheSize: 1,
} as const;

test("both are served by the TLS edge, shown by handshakes of the clients whose they are, and renewed each alone", async () => {
  await using server = await EdgeServer.open();
  await using directory = await temporaryDirectory();
  const proveAt = { host: "127.0.0.1", port: await freePort() };
  server.put("1", "11", names, p256);
  server.put("2", "21", names, rsa);
  await using running = await runAgent(server, directory.path, { proveAt });
  await using _edge = await openTlsEdge({ ...listening, tlsPort: proveAt.port, agent: running.agent });
  const shown = (verifies: Verifies): Promise<Handshake> =>
    shakeHands({ ...proveAt, verifies }, "x.a.example.com", never);
  const serial = (of: { readonly serial: string }) => ({ kind: "served", serial: of.serial });
  await eventually("both are proved", () => server.served().length === 2);
  expect(await shown("ecdsa")).toEqual(serial(p256));
  expect(await shown("rsa")).toEqual(serial(rsa));

  const renewed = { ...ca.issueRsa(names), twinOf: "1" };
  server.put("2", "22", names, renewed);
  await eventually("the RSA one is renewed", () => server.served().includes("22"));
  expect(await shown("rsa")).toEqual(serial(renewed));
  expect(await shown("ecdsa")).toEqual(serial(p256));

  server.remove("2");
  await eventually("it is withdrawn", () => running.events.some(({ kind }) => kind === "withdrawn"));
  expect(await shown("rsa")).toMatchObject({ kind: "failed" });
  expect(await shown("all")).toEqual(serial(p256));
});

test("as files they lie beside each other, whichever comes first, and a restart finds them so", async () => {
  await using server = await EdgeServer.open();
  await using directory = await temporaryDirectory();
  server.put("2", "21", names, rsa);
  server.put("1", "11", names, p256);
  for (let run = 0; run < 2; run += 1) {
    await using running = await runAgent(server, directory.path);
    await eventually("both are served", () => server.served().length === 2);
    expect(await chainFor(directory.path, "a.example.com")).toBe(p256.chainPem);
    expect(await chainFor(directory.path, "a.example.com+rsa")).toBe(rsa.chainPem);
    expect(await chainFor(directory.path, "_wildcard.a.example.com+rsa")).toBe(rsa.chainPem);
    expect(running.agent.servedFor("a.example.com")?.key).toContain("11-");
    expect(running.agent.servedFor("a.example.com")?.twin?.key).toContain("21-");
  }
  // Nothing was fetched anew.
  expect([...server.retrieved].sort()).toEqual(["11", "21"]);
});

test("combined they are two files for one directory", async () => {
  await using server = await EdgeServer.open();
  await using directory = await temporaryDirectory();
  server.put("1", "11", names, p256);
  server.put("2", "21", names, rsa);
  await using running = await runAgent(server, directory.path, { layout: "combined" });
  await eventually("both are served", () => server.served().length === 2);
  const file = (name: string) => readFile(join(directory.path, name), "utf8");
  expect(await file("a.example.com.pem")).toContain(p256.keyPem);
  expect(await file("a.example.com+rsa.pem")).toContain(rsa.keyPem);
  server.remove("1");
  await eventually("the first is withdrawn", () => running.events.some(({ kind }) => kind === "withdrawn"));
  expect(await file("a.example.com+rsa.pem")).toContain(rsa.keyPem);
});

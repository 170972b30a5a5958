/** An edge that keeps some of its group's certificates, and one whose files are sealed. */
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { FileSeal } from "../src/install/file-seal.ts";
import { plainSerial, shakeHands } from "../src/proof/handshake.ts";
import { openTlsEdge } from "../src/tls/tls-edge.ts";
import { EdgeServer } from "./support/edge-server.ts";
import { eventually } from "./support/eventually.ts";
import { runAgent, temporaryDirectory, treeOf } from "./support/running-agent.ts";
import { TestCa } from "./support/test-ca.ts";

const ca = new TestCa();
afterAll(() => ca[Symbol.dispose]());
const names = ["a", "b", "c"].map((label) => `${label}.example.com`);
const made = names.map((name) => ca.issue([name]));

async function threeCertificates(): Promise<EdgeServer> {
  const server = await EdgeServer.open();
  for (const [i, certificate] of made.entries()) {
    server.put(String(i + 1), `${i + 1}1`, [names[i] ?? ""], certificate);
  }
  return server;
}

const stored = async (directory: string) =>
  await readdir(join(directory, ".versions")).catch(() => [] as string[]);

test("what nobody asks for is not fetched; what was asked for long ago makes room, and comes again", async () => {
  await using server = await threeCertificates();
  await using directory = await temporaryDirectory();
  {
    await using running = await runAgent(server, directory.path, { keep: 2 });
    const { agent } = running;
    await eventually("the snapshot is there", () => server.asked("edgeFeed") > 0);
    expect(server.retrieved).toEqual([]);
    for (const [i, name] of names.entries()) {
      const served = await agent.demand(name);
      expect((await served?.read())?.keyPem.trim()).toBe(made[i]?.keyPem.trim());
      expect(await agent.knows(name)).toBe(true);
    }
    await eventually("the first one is gone", async () => (await stored(directory.path)).length === 2);
    expect((await stored(directory.path)).toSorted()).toEqual(["2", "3"]);
    // Its files go first, and then the memory of them.
    await eventually("it is not served", () => agent.servedFor("a.example.com") === null);
    // The server was not asked who has it: that is known.
    expect(server.asked("demandCertificate")).toBe(0);
    expect((await (await agent.demand("a.example.com"))?.read())?.keyPem.trim()).toBe(made[0]?.keyPem.trim());
    await eventually("another one is gone", async () => !(await stored(directory.path)).includes("2"));
  }
  expect(server.retrieved).toEqual(["11", "21", "31", "11"]);
  // A restart serves what it has, and keeps fewer when it is told to.
  await using running = await runAgent(server, directory.path, { keep: 1 });
  await eventually("one is left", async () => (await stored(directory.path)).length === 1);
  expect(server.retrieved).toHaveLength(4);
  const shown = (await treeOf(directory.path)).filter((path) => !path.startsWith(".versions"));
  expect(shown).toHaveLength(1);
  expect(running.agent.servedFor(shown[0] ?? "")).not.toBeNull();
});

test("both of a pair are fetched at its first handshake, each for the clients whose it is, and make room together", async () => {
  await using server = await EdgeServer.open();
  await using directory = await temporaryDirectory();
  const [main, rsa, other] = [
    ca.issue(["a.example.com"]),
    ca.issueRsa(["a.example.com"]),
    ca.issue(["b.example.com"]),
  ];
  server.put("1", "11", ["a.example.com"], main);
  server.put("2", "21", ["a.example.com"], { ...rsa, twinOf: "1" });
  server.put("3", "31", ["b.example.com"], other);
  await using running = await runAgent(server, directory.path, { keep: 1 });
  await using edge = await openTlsEdge({
    agent: running.agent,
    host: "127.0.0.1",
    tlsPort: 0,
    httpPort: null,
    responder: null,
    proofFor: null,
    cacheSize: 1,
  });
  const shown = async (name: string, verifies: "rsa" | "ecdsa") => {
    const at = { host: "127.0.0.1", port: edge.tlsPort, verifies };
    const seen = await shakeHands(at, name, AbortSignal.timeout(20_000));
    return seen.kind === "served" ? seen.serial : null;
  };
  await eventually("the snapshot is there", () => server.asked("edgeFeed") > 0);
  expect(server.retrieved).toEqual([]);
  expect(await shown("a.example.com", "rsa")).toBe(plainSerial(rsa.serial));
  expect(await shown("a.example.com", "ecdsa")).toBe(plainSerial(main.serial));
  expect(await shown("b.example.com", "ecdsa")).toBe(plainSerial(other.serial));
  await eventually("both are gone", async () => (await stored(directory.path)).join() === "3");
  expect(server.retrieved.toSorted()).toEqual(["11", "21", "31"]);
});

test("sealed files hold no key in the clear, survive a restart, and take the place of clear ones", async () => {
  await using server = await threeCertificates();
  await using directory = await temporaryDirectory();
  const allServed = () => eventually("all served", () => server.served().length === 3);
  {
    await using _running = await runAgent(server, directory.path);
    await allServed();
  }
  const seal = new FileSeal(Buffer.alloc(32, 3));
  const readAll = async () => {
    await using running = await runAgent(server, directory.path, { seal });
    const pairs = names.map(async (name) => await running.agent.servedFor(name)?.read());
    return (await Promise.all(pairs)).map((pair) => pair?.keyPem.trim());
  };
  const expected = made.map(({ keyPem }) => keyPem.trim());
  expect(await readAll()).toEqual(expected);
  expect(await readAll()).toEqual(expected);
  expect(server.retrieved).toHaveLength(3);
  const files = (await readdir(directory.path, { recursive: true, withFileTypes: true })).filter((entry) =>
    entry.isFile(),
  );
  for (const file of files) {
    const text = await readFile(join(file.parentPath, file.name), "utf8");
    expect(text, file.name).not.toMatch(/PRIVATE KEY|BEGIN CERTIFICATE/);
  }
  // With another key nothing can be read: it is fetched again.
  const other = new FileSeal(Buffer.alloc(32, 4));
  await using running = await runAgent(server, directory.path, { seal: other });
  await eventually("all are there again", () =>
    names.every((name) => running.agent.servedFor(name) !== null),
  );
  expect(server.retrieved).toHaveLength(6);
});

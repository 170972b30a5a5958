import { readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { EdgeServer } from "./support/edge-server.ts";
import { eventually } from "./support/eventually.ts";
import {
  chainFor,
  modeOf,
  runAgent,
  temporaryDirectory,
  treeOf,
  waitingReceipts,
} from "./support/running-agent.ts";
import { TestCa } from "./support/test-ca.ts";

const ca = new TestCa();
afterAll(() => ca[Symbol.dispose]());

const a1 = ca.issue(["a.example.com", "www.a.example.com"]);
const a2 = ca.issue(["a.example.com", "www.a.example.com"], { from: 0, until: 91 });
const b1 = ca.issue(["*.b.example.com"]);
const c1 = ca.issue(["c.example.com"]);
const aNames = ["a.example.com", "www.a.example.com"];

const served = (server: EdgeServer, ...certificates: string[]) =>
  eventually(`${certificates.join(", ")} served`, () =>
    certificates.every((id) => server.served().includes(id)),
  );

describe("what the server wants comes to the disk", () => {
  test("a snapshot of several pages, then changes", async () => {
    await using server = await EdgeServer.open();
    await using directory = await temporaryDirectory();
    server.put("1", "11", aNames, a1);
    server.put("2", "21", ["*.b.example.com"], b1);
    server.put("3", "31", ["c.example.com"], c1);
    await using _agent = await runAgent(server, directory.path);

    await served(server, "11", "21", "31");
    expect(await chainFor(directory.path, "a.example.com")).toBe(a1.chainPem);
    expect(await chainFor(directory.path, "www.a.example.com")).toBe(a1.chainPem);
    expect(await chainFor(directory.path, "_wildcard.b.example.com")).toBe(b1.chainPem);
    expect(await modeOf(join(directory.path, "a.example.com", "fullchain.pem"))).toBe("644");
    expect(await modeOf(join(directory.path, "a.example.com", "privkey.pem"))).toBe("600");
    for (const folder of ["", ".versions", "a.example.com"])
      expect(await modeOf(join(directory.path, folder)), folder).toBe("700");

    server.put("1", "12", aNames, a2);
    server.remove("3");
    await served(server, "12");
    expect(await chainFor(directory.path, "www.a.example.com")).toBe(a2.chainPem);
    await eventually(
      "c.example.com is gone",
      async () => !(await treeOf(directory.path)).some((path) => /c\.example|\.versions\/3/.test(path)),
    );
    expect(await readdir(join(directory.path, ".versions", "1"))).toHaveLength(2);
    expect(server.edges).toEqual(new Set(["edge-1"]));
    expect(server.retrieved.toSorted()).toEqual(["11", "12", "21", "31"]);
  });

  test("combined files for HAProxy", async () => {
    await using server = await EdgeServer.open();
    await using directory = await temporaryDirectory();
    server.put("1", "11", aNames, a1);
    await using _agent = await runAgent(server, directory.path, { layout: "combined" });
    await served(server, "11");
    const path = join(directory.path, "www.a.example.com.pem");
    expect(await readFile(path, "utf8")).toBe(a1.chainPem + a1.keyPem);
    expect(await modeOf(path)).toBe("600");
  });

  test("only the two newest certificates are kept", async () => {
    await using server = await EdgeServer.open();
    await using directory = await temporaryDirectory();
    await using _agent = await runAgent(server, directory.path);
    for (const certificateId of ["1", "2", "3", "4"]) {
      server.put("1", certificateId, aNames, certificateId === "4" ? a2 : a1);
      await served(server, certificateId);
    }
    const kept = await readdir(join(directory.path, ".versions", "1"));
    expect(new Set(kept.map((version) => version.split("-")[0]))).toEqual(new Set(["3", "4"]));
  });

  test("a name that moves to another lineage keeps being served", async () => {
    await using server = await EdgeServer.open();
    await using directory = await temporaryDirectory();
    server.put("3", "31", ["c.example.com"], c1);
    await using _agent = await runAgent(server, directory.path);
    await served(server, "31");
    const again = ca.issue(["c.example.com"]);
    server.remove("3");
    server.put("4", "41", ["c.example.com"], again);
    await served(server, "41");
    await eventually(
      "the old lineage is gone",
      async () => !(await treeOf(directory.path)).includes(".versions/3"),
    );
    expect(await chainFor(directory.path, "c.example.com")).toBe(again.chainPem);
  });
});

describe("without a gap or a repeat", () => {
  test("a restart of the agent goes on at its cursor and fetches nothing twice", async () => {
    await using server = await EdgeServer.open();
    await using directory = await temporaryDirectory();
    server.put("1", "11", aNames, a1);
    {
      await using _agent = await runAgent(server, directory.path);
      await served(server, "11");
      await eventually(
        "it is acknowledged",
        async () => (await waitingReceipts(directory.path)).length === 0,
      );
    }
    server.put("3", "31", ["c.example.com"], c1);
    await using _agent = await runAgent(server, directory.path);
    await served(server, "31");
    expect(server.retrieved).toEqual(["11", "31"]);
    expect(server.asked("edgeSnapshot")).toBe(1);
    // A receipt whose answer the first run did not live to see comes twice.
    expect(new Set(server.receipts.map(({ certificateId }) => certificateId))).toEqual(new Set(["11", "31"]));
  });

  test("a restart of the server, and changes made while nobody listened", async () => {
    await using server = await EdgeServer.open();
    await using directory = await temporaryDirectory();
    await using running = await runAgent(server, directory.path);
    await eventually("it follows", () => server.asked("edgeFeed") > 0);
    await server.stop();
    await eventually("it notices", () => running.events.some(({ kind }) => kind === "server-lost"));
    server.put("1", "11", aNames, a1);
    server.put("1", "12", aNames, a2);
    await server.start();
    await served(server, "12");
    expect(server.retrieved).toEqual(["12"]);
    expect(running.events.some(({ kind }) => kind === "server-back")).toBe(true);
  });

  test("every kind of bad answer", async () => {
    await using server = await EdgeServer.open();
    await using directory = await temporaryDirectory();
    server.put("1", "11", aNames, a1);
    server.put("2", "21", ["*.b.example.com"], b1);
    server.put("3", "31", ["c.example.com"], c1);
    server.fail("edgeSnapshot", "drop", "internal", "cut", "database-unavailable");
    server.fail("edgeFeed", "cut", "drop", "internal");
    server.fail("edgeCertificates", "internal", "cut", "drop", "database-unavailable", "cut");
    server.fail("sendReceipts", "drop", "internal", "cut");
    await using _agent = await runAgent(server, directory.path);
    await served(server, "11", "21", "31");
    server.put("1", "12", aNames, a2);
    await served(server, "12");
    expect(await chainFor(directory.path, "a.example.com")).toBe(a2.chainPem);
  });

  test("another installation at the same address: what is not in its snapshot goes", async () => {
    await using directory = await temporaryDirectory();
    {
      await using server = await EdgeServer.open();
      server.put("1", "11", aNames, a1);
      server.put("3", "31", ["c.example.com"], c1);
      await using _agent = await runAgent(server, directory.path);
      await served(server, "11", "31");
    }
    await using server = await EdgeServer.open();
    server.installation = 2;
    // The ids begin again: the same ones mean other certificates.
    server.put("1", "11", ["*.b.example.com"], b1);
    await using running = await runAgent(server, directory.path);
    await served(server, "11");
    await eventually(
      "the others are gone",
      async () => !(await treeOf(directory.path)).some((path) => /^(www\.)?[ac]\./.test(path)),
    );
    expect(await chainFor(directory.path, "_wildcard.b.example.com")).toBe(b1.chainPem);
    expect(running.events.some(({ kind }) => kind === "cursor-unknown")).toBe(true);
  });

  test("a state file that is lost or damaged is made up for by a snapshot, without fetching keys again", async () => {
    await using server = await EdgeServer.open();
    await using directory = await temporaryDirectory();
    server.put("1", "11", aNames, a1);
    server.put("3", "31", ["c.example.com"], c1);
    {
      await using _agent = await runAgent(server, directory.path);
      await served(server, "11", "31");
    }
    server.remove("3");
    const state = join(directory.path, ".state", "state.jsonl");
    await writeFile(state, '{"kind":"head","vers');
    await using running = await runAgent(server, directory.path);
    await eventually(
      "the stray is gone",
      async () => !(await treeOf(directory.path)).some((path) => /c\.example|\.versions\/3/.test(path)),
    );
    expect(await chainFor(directory.path, "a.example.com")).toBe(a1.chainPem);
    expect(server.retrieved.toSorted()).toEqual(["11", "31"]);
    expect(running.events).toContainEqual({ kind: "state-unreadable", keptAt: `${state}.unreadable` });
  });

  test("what somebody deleted is put back at the next start", async () => {
    await using server = await EdgeServer.open();
    await using directory = await temporaryDirectory();
    server.put("1", "11", aNames, a1);
    {
      await using _agent = await runAgent(server, directory.path);
      await served(server, "11");
    }
    await rm(join(directory.path, "www.a.example.com"));
    await rm(join(directory.path, ".versions"), { recursive: true });
    await using _agent = await runAgent(server, directory.path);
    await eventually(
      "it is back",
      async () => (await chainFor(directory.path, "www.a.example.com")) === a1.chainPem,
    );
  });
});

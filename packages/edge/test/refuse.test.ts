import { mkdir, readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { EdgeServer } from "./support/edge-server.ts";
import { eventually } from "./support/eventually.ts";
import { chainFor, runAgent, temporaryDirectory } from "./support/running-agent.ts";
import { TestCa } from "./support/test-ca.ts";

const ca = new TestCa();
afterAll(() => ca[Symbol.dispose]());

const names = ["a.example.com"];
const first = ca.issue(names);
const second = ca.issue(names);

test("a corrupt certificate is refused with the reason, the old one stays, and a good one follows", async () => {
  await using server = await EdgeServer.open();
  await using directory = await temporaryDirectory();
  await using running = await runAgent(server, directory.path);
  server.put("1", "11", names, first);
  await eventually("the first is served", () => server.served().includes("11"));

  server.put("1", "12", names, second);
  server.corrupt("12", { chainPem: second.chainPem.slice(0, 500) });
  server.put("2", "21", ["b.example.com"], ca.issue(["b.example.com"]));
  await eventually("the others go on", () => server.served().includes("21"));
  const tries = () => running.events.filter(({ kind }) => kind === "install-failed").length;
  await eventually("it is tried again", () => tries() > 3);
  const about12 = () => server.receipts.filter(({ certificateId }) => certificateId === "12");
  await eventually("it is reported", () => about12().length > 0);
  expect(await chainFor(directory.path, "a.example.com")).toBe(first.chainPem);
  expect(about12().map(({ error }) => error)).toEqual(["its chain is no sequence of PEM certificates"]);

  server.corrupt("12", second);
  await eventually("the second is served", () => server.served().includes("12"));
  expect(await chainFor(directory.path, "a.example.com")).toBe(second.chainPem);
});

test("one that the server does not hand out holds up no other, and nothing is reported of it", async () => {
  await using server = await EdgeServer.open();
  await using directory = await temporaryDirectory();
  server.put("1", "11", names, first);
  server.put("2", "21", ["b.example.com"], ca.issue(["b.example.com"]));
  server.lose("11");
  await using running = await runAgent(server, directory.path);
  await eventually("the other is served", () => server.served().includes("21"));
  const reason = "the server has no such certificate for this edge";
  await eventually("it is said", () =>
    running.events.some((event) => "reason" in event && event.reason === reason),
  );
  server.put("1", "12", names, second);
  await eventually("the next one is served", () => server.served().includes("12"));
  expect(server.receipts.some(({ certificateId }) => certificateId === "11")).toBe(false);
});

test("a certificate that is older than the installed one is refused", async () => {
  await using server = await EdgeServer.open();
  await using directory = await temporaryDirectory();
  await using _agent = await runAgent(server, directory.path);
  server.put("1", "12", names, first);
  await eventually("it is served", () => server.served().includes("12"));
  server.put("1", "11", names, ca.issue(names, { from: -60, until: 30 }));
  await eventually("it is refused", () =>
    server.receipts.some(({ error }) => error?.includes("older") ?? false),
  );
  expect(await chainFor(directory.path, "a.example.com")).toBe(first.chainPem);
});

test("names that lead out of the directory are passed over, without harm to the others", async () => {
  await using server = await EdgeServer.open();
  await using directory = await temporaryDirectory();
  await using running = await runAgent(server, directory.path);
  server.put("1", "11", ["../outside"], first);
  server.put("../..", "12", names, first);
  server.remove("../..");
  server.put("2", "21", names, first);
  await eventually("the good one is served", () => server.served().includes("21"));
  expect(await readdir(join(directory.path, ".."))).toEqual(["certificates", "certificates.token"]);
  expect(running.events.filter(({ kind }) => kind === "lineage-refused").length).toBeGreaterThan(0);
});

test("a directory in the way of a link is reported, and made good when it is gone", async () => {
  await using server = await EdgeServer.open();
  await using directory = await temporaryDirectory();
  await mkdir(join(directory.path, "a.example.com", "something"), { recursive: true });
  await using _agent = await runAgent(server, directory.path);
  server.put("1", "11", names, first);
  await eventually("it is reported", () => server.receipts.length > 0);
  expect(server.receipts[0]?.error).toMatch(/^a directory is in the way: .*\(E[A-Z]+\)$/);
  await rm(join(directory.path, "a.example.com"), { recursive: true });
  await eventually("it is served", () => server.served().includes("11"));
  expect(server.retrieved).toEqual(["11"]);
});

/** Names checked before their first order: a whole server, real name servers, the sim CA, and the command line. */
import { readFile } from "node:fs/promises";
import { createClient, operations } from "@certmill/api";
import { after, type Instant, milliseconds } from "@certmill/domain";
import { afterAll, beforeAll, expect, test } from "vitest";
import { freePort } from "../../../tools/peers/free-port.ts";
import { until } from "../../../tools/peers/until.ts";
import { type Clock, systemClock } from "../../server/src/clock.ts";
import { type NameServers, startNameServers, zone } from "../../server/test/checks/name-servers.ts";
import { addSimCa, startTestServer, type TestServer } from "./support/test-server.ts";

const root = zone(".", [
  "right.example.com A 127.0.0.1",
  "www.right.example.com CNAME right.example.com",
  "stray.example.com A 127.0.0.1",
  "stray.example.com AAAA 2001:db8::7",
  "elsewhere.example.com A 203.0.113.9",
  'caa.example.com CAA 0 issue "other.example"',
  "caa.example.com A 127.0.0.1",
]);
const clock: Clock & { ahead: number } = {
  ahead: 0,
  now: (): Instant => after(systemClock.now(), milliseconds(clock.ahead)),
  wait: (span, signal) => systemClock.wait(span, signal),
};

let names: NameServers;
let server: TestServer;
beforeAll(async () => {
  names = await startNameServers({ "127.0.0.1": [root] });
  const responder = await freePort();
  const environment = {
    CERTMILL_RESPONDER_LISTEN: `127.0.0.1:${responder}`,
    CERTMILL_INGRESS_ADDRESSES: "127.0.0.1, 2001:db8::1",
    CERTMILL_CHECK_ALLOWED_RANGES: "127.0.0.0/8",
    CERTMILL_DNS_ROOT_SERVERS: `127.0.0.1:${names.port}`,
  };
  const outsidePorts = { http: responder, https: 1, dns: names.port };
  server = await startTestServer({}, { environment, world: { clock, outsidePorts } });
  await addSimCa(server);
});
afterAll(async () => {
  await server[Symbol.asyncDispose]();
  await names[Symbol.asyncDispose]();
});

const run = (line: string) => server.run(line.split(" "));

async function show(name: string) {
  const token = (await readFile(`${server.dataDir}/admin-token`, "utf8")).trim();
  const client = createClient({ baseUrl: server.url, token, fetch });
  return client.call(operations.showDomain, { params: { name } });
}

test("a domain that is right is checked, and has its certificate at once", async () => {
  expect(await run("domain add right.example.com --with-www --wait")).toMatchObject({ code: 0 });
  const { check, timeline } = await show("right.example.com");
  // What is alive is looked at once a day.
  expect(check).toMatchObject({ findings: [], nextCheckAt: expect.any(String) });
  expect(timeline.map(({ kind }) => kind)).not.toContain("check.failed");
  const { stdout } = await run("domain check right.example.com");
  expect(stdout).toContain("All is right.");
  expect(stdout).toContain("Next check: ");
  expect(stdout).not.toContain("The order waits");
});

test("one with a stray AAAA waits, says what to change, and is ordered when that is done", async () => {
  const sentence =
    "stray.example.com has an IPv6 address (2001:db8::7) that is not ours; remove that AAAA record or point it to 2001:db8::1.";
  await run("domain add stray.example.com");
  await until({
    what: "the check",
    probe: async () => (await show("stray.example.com")).check !== null,
    within: 60_000,
    every: 50,
  });
  const waiting = await show("stray.example.com");
  expect(waiting).toMatchObject({ state: "waiting", failureCode: null });
  expect(waiting.reason).toContain(sentence);
  expect(waiting.check?.findings).toMatchObject([
    { code: "stray-aaaa", weight: "fault", expected: ["2001:db8::1"], found: ["2001:db8::7"], sentence },
  ]);
  expect(Date.parse(waiting.nextTryAt ?? "") - Date.parse(waiting.check?.checkedAt ?? "")).toBe(60_000);

  clock.ahead += 6_000;
  const still = await run("domain check stray.example.com");
  expect(still).toMatchObject({ code: 1, stdout: expect.stringContaining(`${sentence} [stray-aaaa]`) });
  expect(still.stdout).toContain("The order waits until this is put right. Next check: ");

  const removed = root.records.splice(
    root.records.findIndex(({ type, name }) => type === "AAAA" && name === "stray.example.com"),
    1,
  );
  clock.ahead += 6_000;
  const right = await run("domain check stray.example.com");
  expect(right).toMatchObject({ code: 0, stdout: expect.stringContaining("All is right.") });
  await until({
    what: "the certificate",
    probe: async () => (await show("stray.example.com")).state === "active",
    within: 60_000,
    every: 50,
  });

  // What it was before is told beside what it is now.
  root.records.push(...removed);
  clock.ahead += 6_000;
  const again = await run("domain check stray.example.com");
  expect(again.stdout.replaceAll(/\s+/g, " ")).toMatch(
    /point it to 2001:db8::1\. Until \S+ \S+ UTC it pointed to 127\.0\.0\.1/,
  );
  expect((await show("stray.example.com")).check?.findings).toMatchObject([
    { before: { found: expect.arrayContaining(["127.0.0.1"]), where: null } },
  ]);
  const kinds = (await show("stray.example.com")).timeline.map(({ kind }) => kind);
  expect(kinds.slice(0, 4)).toEqual(["domain.added", "check.failed", "check.passed", "issuance.started"]);
});

test("a check that fails is no refusal: who wants the order has it", async () => {
  await run("domain add elsewhere.example.com");
  await until({
    what: "the check",
    probe: async () => (await show("elsewhere.example.com")).check !== null,
    within: 60_000,
    every: 50,
  });
  expect(await run("domain retry elsewhere.example.com --wait")).toMatchObject({ code: 0 });
});

test("domain check --json prints the findings", async () => {
  await run("domain add caa.example.com");
  const { code, stdout } = await run("domain check caa.example.com --json");
  expect(code).toBe(1);
  expect(JSON.parse(stdout)).toMatchObject({
    findings: [{ code: "caa-forbids", weight: "fault", ca: "sim" }],
  });
});

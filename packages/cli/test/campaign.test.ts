import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startBrokenWay } from "./support/broken-way.ts";
import { jsonLines } from "./support/run-cli.ts";
import { addSimCa, startTestServer, type TestServer } from "./support/test-server.ts";

let server: TestServer;

beforeAll(async () => {
  server = await startTestServer({ alwaysValid: true, wrongNames: { "wrong.example.com": "dns" } });
  await addSimCa(server);
});

afterAll(() => server[Symbol.asyncDispose]());

test("a list is enrolled once over a broken line, watched until it pauses itself, reported and cancelled", async () => {
  const path = join(server.dataDir, "spring.csv");
  const shops = Array.from({ length: 5 }, (_, n) => `shop${n}.example.com,acme`);
  await writeFile(
    path,
    ["domain,tenant", ...shops, "wrong.example.com,acme", "-bad.example.com,acme"].join("\n"),
  );
  const create = ["campaign", "create", path, "--name", "spring", "--most-failed", "10%"];

  // Its list arrives, and the answer is lost on the way.
  await using way = await startBrokenWay(server.url, (request) =>
    request === 3 ? "answer-lost" : "arrives",
  );
  const settings = ["--finish-by", "2999-01-01", "--per-hour", "1000"];
  const created = await server.run([...create, ...settings], { env: { CERTMILL_URL: way.url } });
  expect(created.stdout).toMatch(/^7 rows in .+: 0 added, 6 unchanged, 1 rejected\n\nspring {2}running\n/);
  expect(created.stdout).toContain("1,000 orders an hour");
  expect(created.stderr).toContain("line 8: -bad.example.com:");
  expect(created.code).toBe(6);

  const watched = await server.run(["campaign", "show", "spring", "--watch", "--every", "1"]);
  // It is told as soon as the rest of the wave can no longer change it.
  expect(watched.stdout).toMatch(
    /spring {2}paused\n1 of [1-6] of wave 1 failed, more than the 10 % allowed\.\n/,
  );
  expect(watched.code).toBe(1);

  const csv = join(server.dataDir, "failed.csv");
  const report = await server.run(["campaign", "report", "spring", "--csv", csv]);
  expect(report.stdout).toMatch(
    /^1 domain: dns, for the customers to change\n {2}.+A or AAAA.+\n {2}wrong\.example\.com$/m,
  );
  const [head, row, ...rest] = (await readFile(csv, "utf8")).split("\r\n");
  expect(head).toBe("domain,aliases,tenant,code,what to change,the CA's words,failures,next try");
  expect(row).toMatch(/^wrong\.example\.com,,acme,dns,.+,1,20\d\d-/);
  expect(rest).toEqual([""]);

  const again = await server.run(create);
  expect(again.stderr).toContain("spring is paused.");
  expect(again.code).toBe(1);

  const cancelled = await server.run(["campaign", "cancel", "spring", "--yes", "--json"]);
  expect(jsonLines(cancelled.stdout)).toMatchObject([{ state: "cancelled", certificates: { total: 6 } }]);
});

test.each([
  ["a.com", [], ["a.com", "www.a.com"]],
  ["b.com", ["--no-www"], ["b.com"]],
  ["shop.c.com", [], ["shop.c.com"]],
  ["shop.d.com", ["--with-www"], ["shop.d.com", "www.shop.d.com"]],
])("%s with %j is covered as %j", async (domain, options, names) => {
  const create = ["campaign", "create", "-", "--name", domain, "--rejects", join(server.dataDir, domain)];
  const created = await server.run([...create, ...options], { input: `${domain}\n` });
  expect(created.stdout).toContain("1 added");
  const shown = await server.run(["domain", "show", domain, "--json"]);
  expect(jsonLines(shown.stdout)).toMatchObject([{ names }]);
});

import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { until } from "../../../tools/peers/until.ts";
import { jsonLines } from "./support/run-cli.ts";
import { addSimCa, startTestServer, type TestServer } from "./support/test-server.ts";

let server: TestServer;

beforeAll(async () => {
  server = await startTestServer({ alwaysValid: true });
  await addSimCa(server);
  for (const name of ["a.example.com", "b.example.com"]) await server.run(["domain", "add", name, "--wait"]);
});

afterAll(() => server[Symbol.asyncDispose]());

interface Certificate {
  readonly serial: string;
}

const certificates = async (): Promise<readonly Certificate[]> =>
  jsonLines((await server.run(["certificate", "list", "--json"])).stdout) as Certificate[];

test("certificates are planned, replaced and told of", async () => {
  const planned = await server.run(["replace", "--ca", "sim", "--dry-run"]);
  expect(planned.stdout).toMatch(/^2 certificates: CA sim\n\nORDERS TO {2}CERTIFICATES {2}EXEMPT/);
  expect(planned.stdout).toMatch(/\nsim +2 +0 .+requests to the CA/);
  expect(planned.stderr).toBe("Nothing was done.\n");
  expect(planned.code).toBe(0);

  const unasked = await server.run(["replace", "--ca", "sim"]);
  expect(unasked.stderr).toContain("Add --yes");
  expect(unasked.code).toBe(2);

  const before = await certificates();
  const path = join(server.dataDir, "serials.txt");
  const serials = before.map(({ serial }) => serial);
  await writeFile(path, `serial\n# all of them\n${serials.join("\n")}\nbeef\n`);
  const started = await server.run(["replace", "--list", path, "--yes", "--json"]);
  expect(started.stderr).toContain("No certificate here has the serial number beef.");
  expect(started.code).toBe(6);
  expect(jsonLines(started.stdout)).toMatchObject([{ state: "running", certificates: { total: 2 } }]);

  await until({
    what: "two new certificates",
    probe: async () => (await certificates()).length === 4,
    within: 60_000,
  });
  const shown = await server.run(["replace", "show"]);
  expect(shown.stdout).toMatch(/Replaced +2 of 2 \(100 %\)\n/);
  const listed = await server.run(["replace", "list"]);
  expect(listed.stdout).toMatch(/ID {2}STATE .+\n +3 {2}\w+ +a list +2 +2 +0 +\d/);
  const revoke = ["revoke", "--serial", serials[0] ?? "", "--serial", "beef", "--yes"];
  const revoked = await server.run(revoke);
  expect(revoked.stdout).toMatch(/^1 certificates are to be revoked \(superseded\)/);
  expect(revoked.stderr).toContain("serial number beef");
  expect(revoked.code).toBe(6);
  await until({
    what: "the revoked certificate",
    probe: async () => (await server.run(["revoke", "show"])).stdout.startsWith("Revoked  1"),
    within: 60_000,
  });
  const cancelled = await server.run(["replace", "cancel", "3", "--yes"]);
  expect(`${cancelled.stdout}${cancelled.stderr}`).toMatch(/Replacement 3 is (?:cancelled|done)\./);
});

test.each([
  [["replace"], "Say which certificates"],
  [["replace", "--key", "beef", "--yes"], "select/key"],
])("%j is refused with words", async (words, said) => {
  const refused = await server.run(words);
  expect(refused.stderr).toContain(said);
  expect(refused.code).not.toBe(0);
});

import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { jsonLines } from "./support/run-cli.ts";
import { startTestServer, type TestServer } from "./support/test-server.ts";

let server: TestServer;

beforeAll(async () => {
  server = await startTestServer();
});

afterAll(() => server[Symbol.asyncDispose]());

test("a token is alone on standard output, and good until it is revoked", async () => {
  const args = ["token", "create", "--scope", "tenant", "--tenant", "acme", "--expires-in-days", "90"];
  const { stdout, stderr } = await server.run(args);
  expect(stdout).toMatch(/^\S+\n$/);
  expect(stderr).toMatch(/^Token \d+ \(tenant acme\) expires on \d{4}-\d\d-\d\d\. It is not shown again/);
  const tokenFile = join(server.dataDir, "tenant-token");
  await writeFile(tokenFile, stdout);

  const list = ["domain", "list", "--token-file", tokenFile];
  expect((await server.run(list)).code).toBe(0);
  const [, id = ""] = /^Token (\d+)/.exec(stderr) ?? [];
  const revoked = await server.run(["token", "revoke", id]);
  expect(revoked.stdout).toBe(`Token ${id} (tenant acme) is revoked.\n`);
  const refused = await server.run(list);
  expect(refused.stderr).toMatch(/--token-file, CERTMILL_TOKEN, CERTMILL_TOKEN_FILE/);
  expect(refused.code).toBe(4);
});

test("a token of another scope is refused", async () => {
  const { stdout } = await server.run(["token", "create", "--scope", "edge", "--name", "edge one", "--json"]);
  const [created] = jsonLines(stdout) as [{ token: string; edgeGroup: string }];
  expect(created.edgeGroup).toBe("default");
  const { code } = await server.run(["status"], { env: { CERTMILL_TOKEN: created.token } });
  expect(code).toBe(4);
  const listed = await server.run(["token", "list"]);
  expect(listed.stdout).toMatch(/^edge one +\d+ +edge +default +\d{4}-\d\d-\d\d +never$/m);
});

test("--token-file goes before CERTMILL_TOKEN, and that before the data directory", async () => {
  const bad = join(server.dataDir, "bad-token");
  await writeFile(bad, "nobody's\n");
  expect((await server.run(["status"])).code).toBe(0);
  expect((await server.run(["status"], { env: { CERTMILL_TOKEN: "nobody's" } })).code).toBe(4);
  expect((await server.run(["status"], { env: { CERTMILL_TOKEN_FILE: bad } })).code).toBe(4);
  expect((await server.run(["status", "--token-file", bad])).code).toBe(4);
});

test("without any token the server says that it wants one, and the message where it is looked for", async () => {
  const { code, stderr } = await server.run(["status"], { env: { CERTMILL_DATA_DIR: "/no/such/directory" } });
  expect(stderr).toMatch(/--token-file or CERTMILL_TOKEN/);
  expect(code).toBe(4);
});

test("key rotate", async () => {
  const { code, stdout } = await server.run(["key", "rotate"]);
  expect(stdout).toMatch(/^0 secrets re-wrapped; all are under the key \S+ now\.\n$/);
  expect(code).toBe(0);
});

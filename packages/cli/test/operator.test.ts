import { afterAll, beforeAll, expect, test } from "vitest";
import { jsonLines } from "./support/run-cli.ts";
import { startTestServer, type TestServer } from "./support/test-server.ts";

let server: TestServer;
const shown: { name: string; password: string }[] = [];

beforeAll(async () => {
  server = await startTestServer({}, { world: { showOnce: (first) => shown.push(first) } });
});

afterAll(() => server[Symbol.asyncDispose]());

async function signIn(name: string, password: string): Promise<number> {
  const { status } = await fetch(`${server.url}/v1/session`, {
    method: "POST",
    headers: { origin: server.url, "x-certmill-console": "1", "content-type": "application/json" },
    body: JSON.stringify({ name, password }),
  });
  return status;
}

test("the embedded mode makes an admin at its first start, and shows the password once", async () => {
  expect(shown.map(({ name }) => name)).toEqual(["admin"]);
  expect(await signIn("admin", shown[0]?.password ?? "")).toBe(200);
  const listed = await server.run(["operator", "list"]);
  expect(listed.stdout).toMatch(/^admin +admin +\d{4}-\d\d-\d\d +\d{4}-\d\d-\d\d \d\d:\d\d:\d\dZ$/m);
  expect(listed.stdout).not.toContain(shown[0]?.password);
});

test("somebody is added with a password that is made, changed, given another, and removed", async () => {
  const made = await server.run(["operator", "create", "alice", "--role", "viewer", "--tenant", "acme"]);
  expect(made.stdout).toMatch(/^[a-z2-9]{5}(-[a-z2-9]{5}){3}\n$/);
  expect(made.stderr).toBe(
    "alice signs in at the console as viewer, bound to the tenant acme.\nThe password is not shown again.\n",
  );
  expect(await signIn("alice", made.stdout.trim())).toBe(200);

  const set = await server.run(["operator", "set", "alice", "--role", "support", "--no-tenant"]);
  expect([set.code, set.stdout, set.stderr]).toEqual([
    0,
    "",
    "alice is support; their sessions have ended.\n",
  ]);
  const given = await server.run(["operator", "set", "alice", "--password"], {
    input: "a word that is long enough\n",
  });
  expect([given.code, given.stdout]).toEqual([0, ""]);
  expect(await signIn("alice", "a word that is long enough")).toBe(200);

  const removed = await server.run(["operator", "remove", "alice"]);
  expect(removed.stdout).toBe("alice does not sign in any more.\n");
  expect((await server.run(["operator", "remove", "alice"])).code).toBe(5);
});

test("audit tells who did what, and never a password", async () => {
  const { stdout } = await server.run(["audit", "--about", "alice", "--json"]);
  const entries = jsonLines(stdout) as { action: string; who: string; via: string; status: number }[];
  expect(entries.map(({ action, who, via, status }) => [action, who, via, status])).toEqual([
    ["removeOperator", "bootstrap", "token", 404],
    ["removeOperator", "bootstrap", "token", 200],
    ["changeOperator", "bootstrap", "token", 200],
    ["changeOperator", "bootstrap", "token", 200],
    ["createOperator", "bootstrap", "token", 201],
  ]);
  expect(stdout).not.toContain("long enough");
  const table = await server.run(["audit", "--who", "alice", "--since", "1h"]);
  expect(table.stdout).toMatch(/^\S+ \S+Z +alice +local +127\.0\.0\.1 +signIn +200$/m);
});

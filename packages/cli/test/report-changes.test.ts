import { once } from "node:events";
import { afterAll, beforeAll, expect, test } from "vitest";
import { jsonLines, outcomeOf, startCli } from "./support/run-cli.ts";
import { addSimCa, startTestServer, type TestServer } from "./support/test-server.ts";

let server: TestServer;

beforeAll(async () => {
  server = await startTestServer({ wrongNames: { "*.wrong.example.com": "connection" } });
  await addSimCa(server);
  await server.run(["domain", "add", "a.wrong.example.com", "--tenant", "acme", "--wait"]);
});

afterAll(() => server[Symbol.asyncDispose]());

test("the changes are counted, and told one by one", async () => {
  const { code, stdout } = await server.run(["report", "changes"]);
  expect(stdout).toMatch(/^Since \S+ \S+: 1 newly failing\.\n\nDOMAIN +TENANT +BEFORE +NOW +WHY\n/);
  expect(stdout).toMatch(/^a\.wrong\.example\.com +acme +new +failing +The attempt failed: /m);
  expect(code).toBe(0);
});

test("as JSON, as CSV, and of another time", async () => {
  const [report, change] = jsonLines((await server.run(["report", "changes", "--json"])).stdout);
  expect(report).toMatchObject({ counts: { failing: 1, healed: 0 } });
  expect(change).toMatchObject({ names: ["a.wrong.example.com"], before: null, after: "failing" });
  const csv = await server.run(["report", "changes", "--only", "failing", "--csv", "-"]);
  expect(csv.stdout).toMatch(/\na\.wrong\.example\.com,,acme,failing,,failing,/);
  const wrong = await server.run(["report", "changes", "--since", "40d"]);
  expect(wrong.stderr).toMatch(/It must be an instant of the last 31 days\./);
  expect(wrong.code).not.toBe(0);
});

test("top: once, as it is piped, and as JSON", async () => {
  const { code, stdout } = await server.run(["top"]);
  expect(stdout).toMatch(/^certmill top {2}\S+ \S+/);
  expect(stdout).toMatch(/^\d+ domains?\b/m);
  expect(stdout).toMatch(/^sim +well /m);
  expect(code).toBe(0);
  const [overview] = jsonLines((await server.run(["top", "--once", "--json"])).stdout);
  expect(overview).toMatchObject({ domains: { total: expect.any(Number) }, cas: [{ ca: "sim" }] });
});

test("top --json tells what happens as it happens, until it is stopped", async () => {
  const top = startCli(["top", "--json"], { env: server.env });
  top.stdin.end();
  const [first] = await once(top.stdout, "data");
  expect(JSON.parse(String(first).split("\n")[0] ?? "")).toHaveProperty("overview");
  top.kill("SIGTERM");
  expect((await outcomeOf(top)).code).toBe(130);
});

test("expiries: those that end soon, and those that do not", async () => {
  await server.run(["domain", "add", "soon.example.com", "--tenant", "acme", "--wait"]);
  const none = await server.run(["report", "expiries"]);
  expect(none.stdout).toBe("No certificate that is to be served ends within 14 days.\n");
  const all = await server.run(["report", "expiries", "--within", "400"]);
  expect(all.stdout).toMatch(
    /^1 domain's certificate ends within 400 days\.\n\nDOMAIN +ENDS +IN +STATE +TENANT +WHY\n/,
  );
  expect(all.stdout).toMatch(/^soon\.example\.com +\d{4}-\d\d-\d\d +\d+ d +active +acme +/m);
  const csv = await server.run(["report", "expiries", "--within", "400", "--csv", "-"]);
  expect(csv.stdout).toMatch(/\nsoon\.example\.com,,acme,\d{4}-/);
  expect((await server.run(["report", "expiries", "--within", "0"])).code).toBe(2);
});

import { afterAll, beforeAll, expect, test } from "vitest";
import { jsonLines } from "./support/run-cli.ts";
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

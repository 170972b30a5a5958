import type { Examination } from "@certmill/api";
import { afterAll, beforeAll, expect, test } from "vitest";
import { jsonLines } from "./support/run-cli.ts";
import { addSimCa, startTestServer, type TestServer } from "./support/test-server.ts";

let server: TestServer;

beforeAll(async () => {
  server = await startTestServer({ wrongNames: { "*.wrong.example.com": "connection" } });
});

afterAll(() => server[Symbol.asyncDispose]());

test("the doctor tells what is wrong with what to do, and ends with 1; when it is done all is right", async () => {
  const before = await server.run(["doctor"]);
  expect(before.stdout).toMatch(
    /^CAs\n {2}✗ There is no CA to order from\. \[ca-missing\]\n {4}→ Add one: /m,
  );
  expect(before.stdout).toMatch(/\n1 fault\.\n$/);
  expect(before.code).toBe(1);

  await addSimCa(server);
  const after = await server.run(["doctor", "--json"]);
  const [examination] = jsonLines(after.stdout) as [Examination];
  expect(examination.findings.filter(({ state }) => state === "wrong")).toEqual([]);
  expect(examination.findings).toContainEqual(expect.objectContaining({ code: "ca-answers" }));
  expect(after.code).toBe(0);
});

test("the reports of budget and failures: in words, and as JSON", async () => {
  expect((await server.run(["report", "failures"])).stdout).toBe("Nothing fails.\n");
  await server.run(["domain", "add", "a.wrong.example.com", "--wait"]);
  expect((await server.run(["report", "failures"])).stdout).toContain("a.wrong.example.com");
  expect((await server.run(["report", "failures", "--json"])).stdout).toContain('"connection"');
  expect((await server.run(["report", "budget"])).stdout).toMatch(/^sim: no limit on orders is known/);
});

import { afterAll, beforeAll, expect, test } from "vitest";
import { jsonLines } from "./support/run-cli.ts";
import { addSimCa, startTestServer, type TestServer } from "./support/test-server.ts";

let server: TestServer;

beforeAll(async () => {
  server = await startTestServer();
  await addSimCa(server);
  await server.run(["domain", "add", "shop.example.com", "--wait"]);
});

afterAll(() => server[Symbol.asyncDispose]());

test("a paused domain says by whom, keeps its certificate, and goes on when it is resumed", async () => {
  const paused = await server.run(["domain", "pause", "shop.example.com"]);
  expect(paused.stdout).toMatch(/^shop\.example\.com is paused\. Paused by .+ until it is resumed\./);
  expect(paused.code).toBe(0);
  const again = await server.run(["domain", "pause", "shop.example.com", "--json"]);
  expect(jsonLines(again.stdout)).toMatchObject([{ name: "shop.example.com", state: "paused" }]);
  const resumed = await server.run(["domain", "resume", "shop.example.com"]);
  expect(resumed.stdout).toMatch(/^shop\.example\.com is active\. /);
});

test("what is not there cannot be paused", async () => {
  expect(await server.run(["domain", "pause", "none.example.com"])).toMatchObject({ code: 5, stdout: "" });
});

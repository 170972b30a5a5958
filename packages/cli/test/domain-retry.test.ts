import { afterAll, beforeAll, expect, test } from "vitest";
import { jsonLines } from "./support/run-cli.ts";
import { addSimCa, startTestServer, type TestServer } from "./support/test-server.ts";

let server: TestServer;

beforeAll(async () => {
  server = await startTestServer({ wrongNames: { "*.wrong.example.com": "connection" } });
  await addSimCa(server);
  await server.run(["domain", "add", "shop.example.com", "--wait"]);
  await server.run(["domain", "add", "a.wrong.example.com", "--wait"]);
});

afterAll(() => server[Symbol.asyncDispose]());

test("--wait renews a certificate, and shows what happens from then on", async () => {
  const { code, stdout } = await server.run(["domain", "retry", "shop.example.com", "--wait"]);
  expect(stdout).not.toContain("The domain was added.");
  expect(stdout).toMatch(/^\S+ \S+ {2}A certificate was asked for at once, with the token ".+"\.$/m);
  expect(stdout).toMatch(/^shop\.example\.com has its certificate, valid until \d{4}-\d\d-\d\d\.\n$/m);
  expect(code).toBe(0);
  const listed = await server.run(["certificate", "list", "--domain", "shop.example.com", "--json"]);
  expect(jsonLines(listed.stdout)).toHaveLength(2);
});

test("--wait tells of the new failure, not of the old one", async () => {
  const { code, stdout } = await server.run(["domain", "retry", "a.wrong.example.com", "--wait", "--json"]);
  const documents = jsonLines(stdout);
  expect(documents[0]).toMatchObject({ event: { kind: "domain.retried" } });
  expect(documents.at(-2)).toMatchObject({ event: { kind: "issuance.failed" } });
  expect(documents.at(-1)).toMatchObject({ domain: { state: "waiting", failureCode: "connection" } });
  expect(code).toBe(1);
});

test("without --wait it says where to look", async () => {
  const { code, stdout } = await server.run(["domain", "retry", "a.wrong.example.com"]);
  expect(stdout).toBe(
    "a.wrong.example.com: the certificate is being ordered. Look at it: certmill domain show a.wrong.example.com\n",
  );
  expect(code).toBe(0);
});

test("what was removed is not ordered", async () => {
  await server.run(["domain", "add", "gone.example.com", "--wait"]);
  await server.run(["domain", "remove", "gone.example.com", "--yes"]);
  const { code, stderr } = await server.run(["domain", "retry", "gone.example.com"]);
  expect(stderr).toBe("certmill: gone.example.com was removed.\nAdd it again: certmill domain add NAME\n");
  expect(code).toBe(1);
});

test("watch shows the timeline and where the domain stands, and ends where it is told to", async () => {
  const { code, stdout, stderr } = await server.run(["watch", "shop.example.com", "--until", "active"]);
  expect(stdout).toMatch(/^\S+ \S+ {2}The domain was added\.$/m);
  expect(stderr).toMatch(/^shop\.example\.com is active: .+\n$/);
  expect(code).toBe(0);
  const late = await server.run(["watch", "a.wrong.example.com", "--until", "active", "--timeout", "1"]);
  expect(late.stderr).toContain("a.wrong.example.com is not active after 1.0 s.");
  expect(late.code).toBe(7);
});

test("watch as JSON: the events, then the domain as it is now", async () => {
  const args = ["watch", "shop.example.com", "--until", "active", "--json"];
  const documents = jsonLines((await server.run(args)).stdout);
  expect(documents[0]).toMatchObject({ event: { kind: "domain.added" } });
  expect(documents.at(-1)).toMatchObject({ domain: { name: "shop.example.com", state: "active" } });
});

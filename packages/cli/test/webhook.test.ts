import { afterAll, beforeAll, expect, test } from "vitest";
import { startReceiver } from "../../server/test/work/webhook-receiver.ts";
import { jsonLines } from "./support/run-cli.ts";
import { addSimCa, startTestServer, type TestServer } from "./support/test-server.ts";

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer({}, { environment: { CERTMILL_WEBHOOK_ALLOWED_RANGES: "127.0.0.0/8" } });
  await addSimCa(server);
});
afterAll(() => server[Symbol.asyncDispose]());

test("a webhook's whole life", async () => {
  await using receiver = await startReceiver();
  const added = await server.run([
    "webhook",
    "add",
    receiver.url,
    "--kinds",
    "domain.added, certificate.issued",
  ]);
  expect(added.stdout).toMatch(/^whsec_[\w+/]+=\n$/);
  expect(added.stderr).toMatch(/^Webhook 1 is told from now on\./);
  expect((await server.run(["webhook", "test", "1"])).stdout).toMatch(/^It was taken: HTTP 204 after /);
  await server.run(["domain", "add", "shop.example.com", "--wait"]);
  await receiver.waitFor(3);
  expect(receiver.received.map(({ type }) => type)).toEqual([
    "webhook.test",
    "domain.added",
    "certificate.issued",
  ]);
  const shown = await server.run(["webhook", "show", "1"]);
  expect(shown.stdout).toMatch(/^http:\S+ +active\nTypes +domain\.added, certificate\.issued\n/);
  expect(shown.stdout).toMatch(/^Last answers\n.*: HTTP 204 after /m);
  expect((await server.run(["webhook", "list"])).stdout).toMatch(/^http:\S+ +1 +active +\d/m);
  const rotated = await server.run(["webhook", "rotate-secret", "1", "--json"]);
  expect(jsonLines(rotated.stdout)).toEqual([
    expect.objectContaining({ secret: expect.stringMatching(/^whsec_/) }),
  ]);
  expect((await server.run(["webhook", "pause", "1"])).stdout).toBe("Webhook 1 is paused.\n");
  expect((await server.run(["webhook", "replay", "1", "--from", "2026-01-01T00:00:00Z"])).code).toBe(0);
  expect((await server.run(["webhook", "resume", "1"])).stdout).toBe("Webhook 1 is active.\n");
  await receiver.waitFor(5);
  expect((await server.run(["webhook", "remove", "1", "--yes"])).stdout).toMatch(
    /^Webhook 1 is removed: http/,
  );
});

test("a test that is not taken ends with 1", async () => {
  await server.run(["webhook", "add", "https://192.168.0.1/"]);
  const { code, stderr } = await server.run(["webhook", "test", "2"]);
  expect(stderr).toMatch(/It was not taken: no answer after .*webhook_allowed_ranges/);
  expect(code).toBe(1);
});

import { afterAll, beforeAll, expect, test } from "vitest";
import { jsonLines } from "./support/run-cli.ts";
import { addSimCa, startTestServer, type TestServer } from "./support/test-server.ts";

let server: TestServer;

beforeAll(async () => {
  server = await startTestServer();
  await addSimCa(server);
});

afterAll(() => server[Symbol.asyncDispose]());

const run = async (line: string) => server.run(line.split(" "));

test("a CA's weight, limits and CAA identities are changed and listed", async () => {
  const set = await run(
    "ca set sim --weight 70 --limits letsencrypt --max-orders-in-flight 9 --caa own.test",
  );
  expect(set.stdout).toBe(
    "CA sim, the default: weight 70, limits letsencrypt, 9 orders in flight at most, no profile, CAA own.test.\n",
  );
  const { stdout } = await run("ca list");
  expect(stdout).toMatch(/^NAME +DEFAULT +WEIGHT +ORDERS +LIMITS +PROFILE +STATE +DIRECTORY\n/);
  expect(stdout).toMatch(/^sim +yes +70 +9 +letsencrypt +well +http/m);
});

test("limits are set, listed and removed", async () => {
  const slow = await run("limit set sim new-orders-per-account --count 5000 --period 7d");
  expect(slow.stdout).toBe("sim: new-orders-per-account is 5,000 at once, 5,000 more every 7 d.\n");
  expect(slow.stderr).toMatch(
    /^Note: It refills slower than what it replaces: .* Ask the CA for 16,800 a week/,
  );
  const later = await run(
    "limit set sim new-orders-per-account --count 25000 --period 7d --from 2999-12-06 --note ticket-7",
  );
  expect([later.stdout, later.stderr]).toEqual([
    "sim: new-orders-per-account is 25,000 at once, 25,000 more every 7 d from 2999-12-06 00:00:00Z on.\n",
    "",
  ]);
  const { stdout } = await run("limit list sim");
  const [, , ...lines] = stdout.split("\n");
  expect(lines.slice(0, 5)).toEqual([
    "    replaced  300 at once, 300 more every 3 h; built in",
    "    holds     5,000 at once, 5,000 more every 7 d; id 1",
    "    from 2999-12-06 00:00:00Z  25,000 at once, 25,000 more every 7 d; id 2; ticket-7",
    "  new-certificates-per-registered-domain",
    "    holds     50 at once, 50 more every 7 d; built in",
  ]);
  const removed = await run("limit remove 1");
  expect(removed.stdout).toBe(
    "sim: new-orders-per-account of 5,000 at once, 5,000 more every 7 d is removed.\n",
  );
  expect((await run("limit remove 1")).code).toBe(5);
});

test("the budget begins with what is left", async () => {
  const { stdout } = await run("budget");
  expect(stdout).toBe(
    "sim: all 300 new orders are there.\n  The limit is 300 at once, 300 more every 3 h.\n",
  );
  const [budget] = jsonLines((await run("budget sim --json")).stdout) as [{ account: { left: number }[] }];
  expect(budget.account[0]?.left).toBe(300);
  expect((await run("budget els")).stderr).toMatch(/There is no CA "els"; there are: sim\./);
});

test("a tenant's CAs are set and listed", async () => {
  expect((await run("tenant set acme --ca sim")).stdout).toBe("Tenant acme: certificates from sim.\n");
  expect((await run("tenant set globex --any-ca")).stdout).toBe("Tenant globex: certificates from any CA.\n");
  expect((await run("tenant list")).stdout).toMatch(/^acme +\d{4}-\d\d-\d\d +sim\nglobex +.* +any$/m);
});

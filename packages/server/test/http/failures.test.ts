import { type Client, operations, pages } from "@certmill/api";
import { after, days, type FailureCode, hours, instant } from "@certmill/domain";
import { sql } from "kysely";
import { afterAll, beforeAll, expect, test } from "vitest";
import { failDue, issueDue } from "./issue-directly.ts";
import { openTestApi, start, type TestApi } from "./open-test-api.ts";
import { codeOf } from "./refused.ts";

let api: TestApi;
let admin: Client;

const now = () => instant(start + api.clock.ahead);

/** Adds domains whose first attempt fails, now. */
async function failing(cause: FailureCode, tenant: string, names: readonly string[]): Promise<void> {
  for (const name of names) await admin.call(operations.addDomain, { body: { name, tenant } });
  await failDue(api.db, now(), { cause, retryAt: after(now(), days(7)) });
}

interface Wanted {
  readonly by?: "reason" | "tenant" | "campaign" | "ca";
  readonly limit?: number;
  readonly reason?: string;
  readonly tenant?: string;
  readonly ca?: string;
}

const report = (query: Wanted = {}) => admin.call(operations.reportFailures, { query });

beforeAll(async () => {
  api = await openTestApi();
  admin = await api.as("admin");
  await admin.call(operations.addCa, {
    body: { name: "sim", directory: "http://ca.test/dir", contact: [], termsAgreed: true },
  });
});
afterAll(async () => api[Symbol.asyncDispose]());

test("where nothing fails, the report says so", async () => {
  await admin.call(operations.addDomain, { body: { name: "right.example.com", aliases: ["m.example.com"] } });
  await issueDue(api.db, now());
  expect(await report()).toEqual({
    certificates: 0,
    domains: 0,
    renewals: 0,
    new: 0,
    groups: [],
    more: false,
  });
});

test("by reason, with what is new since yesterday; the largest first", async () => {
  await failing("connection", "acme", ["a.example.com", "b.example.com", "c.example.com", "d.example.com"]);
  api.clock.ahead += days(2);
  await failing("dns", "acme", ["e.example.com"]);
  await failing("dns", "other", ["f.example.com"]);
  const { groups, ...sums } = await report();
  expect(sums).toEqual({ certificates: 6, domains: 6, renewals: 0, new: 2, more: false });
  expect(groups).toEqual([
    {
      key: "connection",
      party: "customer",
      acts: "customer",
      anotherCa: false,
      anotherChallenge: true,
      sentence: expect.stringMatching(/could not connect to port 80/),
      certificates: 4,
      domains: 4,
      renewals: 0,
      new: 0,
      oldest: "2026-11-22T12:00:00.000Z",
      examples: ["a.example.com", "b.example.com", "c.example.com"],
    },
    expect.objectContaining({ key: "dns", certificates: 2, new: 2, oldest: "2026-11-24T12:00:00.000Z" }),
  ]);
  expect(await report({ limit: 1 })).toMatchObject({
    certificates: 6,
    groups: [{ key: "connection" }],
    more: true,
  });
});

test("by tenant and by CA; only what is asked for", async () => {
  const keys = async (query: Wanted) =>
    (await report(query)).groups.map(({ key, certificates, sentence }) => [key, certificates, sentence]);
  expect(await keys({ by: "tenant" })).toEqual([
    ["acme", 5, null],
    ["other", 1, null],
  ]);
  expect(await keys({ by: "ca", reason: "dns" })).toEqual([["sim", 2, null]]);
  expect(await keys({ by: "campaign", tenant: "other" })).toEqual([[null, 1, null]]);
  expect(await keys({ by: "tenant", ca: "no-such" })).toEqual([]);
  expect(await codeOf(report({ by: "colour" as "ca" }))).toBe("invalid-request");
});

test("a renewal that fails keeps what is served; attempts move neither its beginning nor the count", async () => {
  api.clock.ahead += days(60);
  await failDue(api.db, now(), { cause: "caa", retryAt: after(now(), hours(1)) });
  api.clock.ahead += hours(30);
  await failDue(api.db, now(), { cause: "caa", retryAt: after(now(), days(1)) });
  const items = [];
  for await (const page of pages(admin, operations.listFailures, { query: { limit: 2, reason: "caa" } }))
    items.push(...page.items);
  expect(items.filter(({ renewal }) => renewal)).toEqual([
    expect.objectContaining({
      names: ["right.example.com", "m.example.com"],
      reason: "caa",
      party: "customer",
      detail: "no",
      failures: 2,
      failingSince: "2027-01-23T12:00:00.000Z",
    }),
  ]);
  const caa = (await report()).groups.find(({ key }) => key === "caa");
  expect(caa).toMatchObject({ renewals: 1, oldest: "2026-11-22T12:00:00.000Z" });
});

test("what has its certificate, or is removed, fails no more", async () => {
  const before = (await report()).certificates;
  await admin.call(operations.removeDomain, { params: { name: "a.example.com" } });
  expect((await report()).certificates).toBe(before - 1);
  api.clock.ahead += days(30);
  await issueDue(api.db, now());
  expect((await report()).certificates).toBe(0);
  const { rows } =
    await sql`select 1 from lineage where failing_since is not null and state <> 'removed'`.execute(api.db);
  expect(rows).toEqual([]);
});

test("a first order that waits for its check fails for what the check found", async () => {
  await admin.call(operations.addDomain, { body: { name: "stray.example.com", tenant: "acme" } });
  const finding = {
    code: "no-address",
    weight: "fault",
    name: "stray.example.com",
    where: null,
    expected: ["192.0.2.1"],
    found: [],
    ca: null,
    seenFrom: [],
  };
  await sql`
    insert into lineage_check (lineage_id, wake_at, holds_order, failing, failing_since, checked_at, findings)
    select lineage_id, now(), true, 3, ${new Date(now())}, now(), ${JSON.stringify([finding])}::jsonb
    from domain where name = 'stray.example.com'`.execute(api.db);
  const { groups } = await report();
  expect(groups).toMatchObject([
    { key: "no-address", party: "customer", certificates: 1, examples: ["stray.example.com"] },
  ]);
  expect(groups[0]?.sentence).toMatch(/stray\.example\.com/);
});

test("a damaged cursor is refused", async () => {
  const cursor = Buffer.from('["failures","x"]').toString("base64url");
  expect(await codeOf(admin.call(operations.listFailures, { query: { after: cursor } }))).toBe(
    "invalid-cursor",
  );
  for (const fields of [
    ["x", "1", "2"],
    ["5", "0", "1795694400000"],
    ["5", "-1", "2"],
  ]) {
    const damaged = Buffer.from(JSON.stringify(["changes", ...fields])).toString("base64url");
    expect(await codeOf(admin.call(operations.listChanges, { query: { after: damaged } }))).toBe(
      "invalid-cursor",
    );
  }
});

test("changes are told of no time to come, and not of long ago", async () => {
  for (const since of [after(now(), days(1)), instant(now() - days(33))]) {
    const query = { since: new Date(since).toISOString() };
    expect(await codeOf(admin.call(operations.reportChanges, { query }))).toBe("invalid-request");
    expect(await codeOf(admin.call(operations.listChanges, { query }))).toBe("invalid-request");
  }
});

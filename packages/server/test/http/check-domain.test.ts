/** "Check now": who may ask, what is told, and how often it is looked. */
import { type Client, operations } from "@certmill/api";
import { after, type CaForCheck, type Finding, hours, instant } from "@certmill/domain";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { planRound } from "../../src/store/planning/plan-round.ts";
import { failDue } from "./issue-directly.ts";
import { openTestApi, openTestApiOn, start, type TestApi } from "./open-test-api.ts";
import { codeOf } from "./refused.ts";

const fault: Finding = {
  code: "points-elsewhere",
  weight: "fault",
  name: "shop.example.com",
  where: null,
  expected: ["192.0.2.1"],
  found: ["203.0.113.9"],
  ca: null,
  seenFrom: [],
};
const sentence =
  "shop.example.com points to 203.0.113.9, which is not ours; change that to an A record to 192.0.2.1.";
const addCa = {
  name: "sim",
  directory: "http://ca.test/dir",
  contact: ["ops@example.com"],
  termsAgreed: true,
};

const seen = {
  findings: [fault] as readonly Finding[],
  asked: [] as (readonly [readonly string[], readonly CaForCheck[]])[],
};
let api: TestApi;
let admin: Client;

beforeAll(async () => {
  api = await openTestApi({
    check: async ({ names }, cas) => {
      seen.asked.push([names, cas]);
      return { findings: seen.findings, records: [] };
    },
  });
  admin = await api.as("admin");
  await admin.call(operations.addCa, { body: addCa });
});
afterAll(() => api[Symbol.asyncDispose]());
beforeEach(() => {
  seen.findings = [fault];
  seen.asked.length = 0;
});

const now = () => instant(start + api.clock.ahead);

async function plan(): Promise<number> {
  const round = await planRound(api.db, { limit: 10, now: now(), checkFirst: true });
  return round.kind === "planned" ? round.orders : 0;
}

test("a check tells what is wrong, waits on its schedule, and lets the order go when it is right", async () => {
  await admin.call(operations.addDomain, { body: { name: "shop.example.com", withWww: true } });
  const check = () => admin.call(operations.checkDomain, { params: { name: "www.shop.example.com" } });
  expect(await plan()).toBe(0);
  const wrong = await check();
  expect(seen.asked).toEqual([
    [
      ["shop.example.com", "www.shop.example.com"],
      [{ name: "sim", caaIdentities: ["ca.test"], accountUri: "http://ca.test/dir/account/1" }],
    ],
  ]);
  expect(wrong.check).toEqual({
    checkedAt: "2026-11-22T12:00:00.000Z",
    nextCheckAt: "2026-11-22T12:01:00.000Z",
    findings: [{ ...fault, sentence, before: null }],
  });
  expect(wrong).toMatchObject({ state: "waiting", nextTryAt: "2026-11-22T12:01:00.000Z" });
  expect(wrong.reason).toBe(`${sentence} It is checked again at 2026-11-22 12:01 UTC.`);
  expect(wrong.timeline.at(-1)).toMatchObject({
    kind: "check.failed",
    sentence: `The order waits: ${sentence}`,
  });
  seen.findings = [];
  api.clock.ahead = 4_000;
  expect((await check()).check?.findings).toHaveLength(1);
  api.clock.ahead = 5_000;
  const right = await check();
  expect(right.check).toMatchObject({ nextCheckAt: null, findings: [] });
  expect(right.timeline.at(-1)).toMatchObject({ kind: "check.passed" });
  expect(seen.asked).toHaveLength(2);
  expect(await plan()).toBe(1);
});

test("a failed order is made at once when what had failed it is put right", async () => {
  await admin.call(operations.addDomain, { body: { name: "failed.example.com" } });
  await failDue(api.db, now(), { cause: "connection", retryAt: after(now(), hours(1)) });
  const params = { name: "failed.example.com" };
  expect((await admin.call(operations.showDomain, { params })).state).toBe("waiting");
  await admin.call(operations.checkDomain, { params });
  expect(await plan()).toBe(0);
  seen.findings = [];
  api.clock.ahead += 5_000;
  await admin.call(operations.checkDomain, { params });
  expect(await plan()).toBe(1);
});

test("who may ask", async () => {
  await admin.call(operations.addDomain, { body: { name: "a.acme.example.com", tenant: "acme" } });
  const params = { name: "a.acme.example.com" };
  const own = await api.as("tenant", "acme");
  expect((await own.call(operations.checkDomain, { params })).check?.findings).toHaveLength(1);
  await admin.call(operations.addDomain, { body: { name: "a.other.example.com", tenant: "other" } });
  const other = await api.as("tenant", "other");
  expect(await codeOf(other.call(operations.checkDomain, { params }))).toBe("not-found");
  await admin.call(operations.removeDomain, { params });
  expect(await codeOf(own.call(operations.checkDomain, { params }))).toBe("domain-removed");
});

test("a server that checks no names says so", async () => {
  await using off = await openTestApiOn(api.database);
  // The token that the other one made.
  const client = off.client("admin-null-0");
  await client.call(operations.addDomain, { body: { name: "off.example.com" } });
  const params = { name: "off.example.com" };
  expect(await codeOf(client.call(operations.checkDomain, { params }))).toBe("checks-off");
  expect((await client.call(operations.showDomain, { params })).check).toBeNull();
});

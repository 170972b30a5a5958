import { type Client, type NewPlan, operations } from "@certmill/api";
import { summaryOfCount } from "@certmill/domain";
import { sql } from "kysely";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openTestApi, type TestApi } from "./open-test-api.ts";
import { codeOf, problemOf } from "./refused.ts";

let api: TestApi;
let admin: Client;
const body: NewPlan = { list: summaryOfCount(48_000) };
const plan = (more: Partial<NewPlan> = {}) => admin.call(operations.makePlan, { body: { ...body, ...more } });

beforeAll(async () => {
  api = await openTestApi();
  admin = await api.as("admin");
});
afterAll(async () => api[Symbol.asyncDispose]());

test("there is no plan without a CA, and one with a CA that is only wished for", async () => {
  expect(await problemOf(plan())).toMatchObject({ code: "ca-missing" });
  const { enrolment } = await plan({ cas: [{ name: "le", limits: "letsencrypt", weight: 1 }] });
  expect(enrolment.days).toBeCloseTo(20, 0);
});

test("a plan is made from the pool, its limits and what is left of them", async () => {
  const ca = { name: "le", directory: "http://ca.test/dir", contact: [], termsAgreed: true };
  await admin.call(operations.addCa, { body: { ...ca, limits: "letsencrypt" } });
  const first = await plan({ finishBy: "2027-06-01T00:00:00Z" });
  expect(first.assumed.cas).toEqual([{ name: "le", limits: "letsencrypt", weight: 100, ordersSpent: 0 }]);
  expect(first.enrolment).toMatchObject({
    certificates: 44_160,
    neverRight: 3_840,
    finishesAt: expect.stringMatching(/^2026-12-12T/),
  });
  expect(first.overrideRequest).toBeNull();
  const rule = {
    ca: "le",
    limit: "new-orders-per-account",
    burst: 700,
    count: 700,
    periodSeconds: 86_400,
  } as const;
  await admin.call(operations.setLimit, { body: rule });
  const slower = await plan();
  expect(slower.enrolment.days).toBeCloseTo(48_000 / 700, -1);
  expect(slower.overrideRequest).toBeNull();
  const faster = await plan({ limits: [{ ...rule, burst: 100_000, count: 100_000 }] });
  expect(faster.enrolment.days).toBeLessThan(1);
});

test("an override is asked for where the list is not done in time, with the account's address", async () => {
  const late = await plan({ finishBy: "2027-01-10T00:00:00Z" });
  expect(late.overrideRequest).toMatchObject({ ca: "le", accountUrl: "http://ca.test/dir/account/1" });
  expect(late.overrideRequest?.useCase.length).toBeGreaterThan(60);
  expect(late.alternatives.some(({ isInTime }) => isInTime === true)).toBe(true);
});

test("the keys are those that the plan names, else the tenant's, else the edge group's", async () => {
  const keys = async (more: Partial<NewPlan>) => (await plan(more)).assumed.keyType;
  const [single, pair] = ["p256", "p256+rsa2048"] as const;
  expect(await keys({})).toBe(single);
  await admin.call(operations.setEdgeGroup, { params: { name: "paris" }, body: { keyType: pair } });
  await admin.call(operations.setTenant, { params: { name: "acme" }, body: { keyType: single } });
  await admin.call(operations.setTenant, { params: { name: "quiet" }, body: {} });
  expect(await keys({ edgeGroup: "paris" })).toBe(pair);
  expect(await keys({ edgeGroup: "paris", tenant: "acme" })).toBe(single);
  for (const tenant of ["quiet", "not-there-yet"])
    expect(await keys({ edgeGroup: "paris", tenant })).toBe(pair);
  expect(await keys({ edgeGroup: "paris", tenant: "acme", keyType: pair })).toBe(pair);
  expect(await codeOf(plan({ edgeGroup: "nowhere" }))).toBe("edge-group-missing");
  const { enrolment, edges } = await plan({ edgeGroup: "paris" });
  expect(enrolment.orders).toMatchObject({ first: 48_000, second: 44_160 });
  expect(edges.certificates).toBe(88_320);
});

test("what the ledger has as spent is told, for whoever simulates the plan", async () => {
  await sql`
    insert into bucket (ca_id, limit_name, key, full_at, reserved)
    select ca_id, 'new-orders-per-account', id, ${Date.parse("2099-01-01")}, 5 from account`.execute(api.db);
  expect((await plan()).assumed.cas).toMatchObject([{ name: "le", ordersSpent: 700 }]);
});

test("what is not right is said by its place", async () => {
  const limits = [
    { ca: "nobody", limit: "new-orders-per-account", burst: 1, count: 1, periodSeconds: 1 },
  ] as const;
  expect(await codeOf(plan({ limits }))).toBe("ca-missing");
  const wrong = await problemOf(plan({ failing: { never: 2, later: 0, laterAfterDays: 0 } }));
  expect(wrong.errors?.[0]?.path).toBe("/failing/never");
});

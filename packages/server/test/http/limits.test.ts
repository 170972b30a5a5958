import { type Client, operations } from "@certmill/api";
import { days, hours, instant, minutes } from "@certmill/domain";
import { sql } from "kysely";
import { afterAll, beforeAll, expect, test } from "vitest";
import { planRound } from "../../src/store/planning/plan-round.ts";
import { openTestApi, start, type TestApi } from "./open-test-api.ts";
import { codeOf, problemOf } from "./refused.ts";

let api: TestApi;
let admin: Client;

const perOrder = "new-orders-per-account";
const perDomain = "new-certificates-per-registered-domain";
const weekly = { ca: "le", limit: perOrder, periodSeconds: 604_800 } as const;

beforeAll(async () => {
  api = await openTestApi();
  admin = await api.as("admin");
  for (const [name, directory] of [
    ["le", "letsencrypt"],
    ["own", "http://ca.test/dir"],
  ] as const) {
    await admin.call(operations.addCa, { body: { name, directory, contact: [], termsAgreed: true } });
  }
});
afterAll(async () => api[Symbol.asyncDispose]());

const rulesOf = async (ca: string) => {
  const { items } = await admin.call(operations.listLimits, { query: { ca } });
  return items.map(({ limit, key, count, state }) => [limit, key, count, state]);
};

test("a CA begins with the limits that are known for its directory's host", async () => {
  expect(await rulesOf("le")).toEqual([
    [perOrder, null, 300, "holds"],
    [perDomain, null, 50, "holds"],
    ["new-certificates-per-exact-set-of-identifiers", null, 5, "holds"],
    ["authorization-failures-per-identifier-per-account", null, 5, "holds"],
    ["consecutive-authorization-failures-per-identifier-per-account", null, 1, "holds"],
  ]);
  expect(await rulesOf("own")).toEqual([]);
});

test("what was set holds from its start on, and what was there before is replaced", async () => {
  const body = { ...weekly, burst: 25_000, count: 25_000, note: "ticket 7" };
  const startsAt = "2026-11-23T12:00:00+00:00";
  const set = await admin.call(operations.setLimit, { body: { ...body, startsAt }, idempotencyKey: "o" });
  expect(set).toMatchObject({
    rule: { ca: "le", state: "starts", startsAt: "2026-11-23T12:00:00.000Z", note: "ticket 7" },
    warnings: [],
  });
  expect(await admin.call(operations.setLimit, { body: { ...body, startsAt }, idempotencyKey: "o" })).toEqual(
    set,
  );
  expect((await rulesOf("le")).slice(0, 2)).toEqual([
    [perOrder, null, 300, "holds"],
    [perOrder, null, 25_000, "starts"],
  ]);
  api.clock.ahead = days(2);
  await admin.call(operations.setLimit, { body: { ...body, count: 50_000 } });
  expect((await rulesOf("le")).slice(0, 3)).toEqual([
    [perOrder, null, 300, "replaced"],
    [perOrder, null, 25_000, "replaced"],
    [perOrder, null, 50_000, "holds"],
  ]);
});

test("a rule that refills slower than what it replaces is stored, with a word on what that means", async () => {
  const { items } = await admin.call(operations.listLimits, { query: { ca: "le" } });
  for (const { id } of items) if (id !== null) await admin.call(operations.removeLimit, { params: { id } });
  const { rule, warnings } = await admin.call(operations.setLimit, {
    body: { ...weekly, burst: 5_000, count: 5_000 },
  });
  expect(rule.state).toBe("holds");
  expect(warnings).toEqual([
    "It refills slower than what it replaces: one every 2 min (5,000 a week), before one every 36 s (16,800 a week). Its burst of 5,000 is ahead for 2.8 d at full use, and behind ever after. Ask the CA for 16,800 a week or more.",
  ]);
  const less = { ...weekly, burst: 10, count: 10 };
  const { warnings: again } = await admin.call(operations.setLimit, { body: less });
  expect(again[0]).toMatch(/\(10 a week\), before one every 2 min .* There is less of it from the first day/);
});

test("a limit that was removed gives way to what was there before", async () => {
  const { items } = await admin.call(operations.listLimits, { query: { ca: "le" } });
  const holding = items.find(({ state, limit }) => limit === perOrder && state === "holds");
  const id = holding?.id ?? "";
  expect(await admin.call(operations.removeLimit, { params: { id } })).toEqual(holding);
  expect(await codeOf(admin.call(operations.removeLimit, { params: { id } }))).toBe("not-found");
  expect((await rulesOf("le")).slice(0, 2)).toEqual([
    [perOrder, null, 300, "replaced"],
    [perOrder, null, 5_000, "holds"],
  ]);
});

test("one registered domain may have a rule of its own", async () => {
  const body = { ca: "le", limit: perDomain, burst: 300, count: 300, periodSeconds: 604_800 } as const;
  const { rule } = await admin.call(operations.setLimit, { body: { ...body, key: "Hoster.NET." } });
  expect(rule).toMatchObject({ key: "hoster.net", state: "holds" });
  const fault = async (key: string, limit: typeof perDomain | typeof perOrder = perDomain) =>
    (await problemOf(admin.call(operations.setLimit, { body: { ...body, limit, key } }))).errors;
  expect(await fault("shop.example.com")).toEqual([
    { path: "/key", message: "shop.example.com counts for example.com: give that." },
  ]);
  expect((await fault("hoster.net", perOrder))?.[0]?.message).toMatch(/leave it out/);
  expect((await fault("no name"))?.[0]?.path).toBe("/key");
});

test("what there is not is told with what there is", async () => {
  const body = { ...weekly, burst: 1, count: 1 };
  const unknownCa = await problemOf(admin.call(operations.setLimit, { body: { ...body, ca: "els" } }));
  expect(unknownCa).toMatchObject({
    code: "ca-missing",
    detail: expect.stringContaining('There is no CA "els"; there are: le, own.'),
  });
  const unknownLimit = await problemOf(
    admin.call(operations.setLimit, { body: { ...body, limit: "orders" as typeof perOrder } }),
  );
  expect(unknownLimit.errors?.[0]?.message).toMatch(/one of new-orders-per-account, new-certificates-per-/);
});

test("the list comes in pages", async () => {
  const { items: all } = await admin.call(operations.listLimits);
  const seen: unknown[] = [];
  let after: string | undefined;
  do {
    const { items, next } = await admin.call(operations.listLimits, { query: { after, limit: 3 } });
    seen.push(...items);
    after = next ?? undefined;
  } while (after !== undefined);
  expect(seen).toEqual(all);
});

test("a limit that changes ends the wait of those who are parked for it, and wakes the planner", async () => {
  const tenDays = new Date(start + days(10));
  await admin.call(operations.addDomain, { body: { name: "a.parked.net", ca: "le" } });
  await sql`insert into lane (class) values ('renewal')`.execute(api.db);
  await sql`
    insert into queue (lineage_id, lane_id, turn, queued_at, parked_until, parked_for)
    select lineage.id, lane.id, 0, ${tenDays}, ${tenDays}, ${`le ${perDomain} parked.net`}
    from lineage, lane`.execute(api.db);
  await sql`update planner set wake_at = null`.execute(api.db);
  const body = { ca: "le", limit: perDomain, burst: 60, count: 60, periodSeconds: 604_800 } as const;
  const parked = () => sql`select parked_until from queue`.execute(api.db).then(({ rows }) => rows);
  await admin.call(operations.setLimit, { body: { ...body, key: "other.net" } });
  expect(await parked()).toEqual([{ parked_until: tenDays.getTime() }]);
  const soon = start + api.clock.ahead + hours(1);
  await admin.call(operations.setLimit, { body: { ...body, startsAt: new Date(soon).toISOString() } });
  expect(await parked()).toEqual([{ parked_until: soon }]);
  const { rows: planner } = await sql`select wake_at from planner`.execute(api.db);
  expect(planner).toEqual([{ wake_at: start + api.clock.ahead }]);
  await sql`delete from queue`.execute(api.db);
});

test("the budget tells what is left, who spent it, and who waits", async () => {
  api.clock.ahead = days(20);
  const now = start + days(20);
  await fillLedger(now);
  const { items } = await admin.call(operations.listBudgets, { query: { ca: "le" } });
  expect(items).toHaveLength(1);
  const [budget] = items;
  expect(budget).toMatchObject({
    ca: "le",
    default: true,
    weight: 100,
    limits: "letsencrypt",
    state: "slow",
    stateUntil: "2026-12-12T12:05:00.000Z",
    // 5,000 a week: a token comes in 120.96 s. Ten are owed and two reserved.
    account: [
      {
        limit: perOrder,
        left: 4_988,
        reserved: 2,
        burst: 5_000,
        count: 5_000,
        periodSeconds: 604_800,
        nextAt: null,
        fullAt: new Date(now + 12 * 120_960).toISOString(),
      },
    ],
    spent: {
      day: {
        orders: 12,
        byClass: { emergency: 0, interactive: 2, renewal: 0, campaign: 10 },
        top: [
          { kind: "campaign", name: "spring", orders: 10 },
          { kind: "tenant", name: "acme", orders: 2 },
        ],
      },
      week: {
        orders: 17,
        byClass: { emergency: 0, interactive: 2, renewal: 5, campaign: 10 },
        top: [
          { kind: "campaign", name: "spring", orders: 10 },
          { kind: "nobody", name: null, orders: 5 },
          { kind: "tenant", name: "acme", orders: 2 },
        ],
      },
    },
    parked: {
      lineages: 1,
      limits: [{ limit: perDomain, key: "parked.net", lineages: 1, nextAt: "2026-12-12T13:00:00.000Z" }],
    },
    paused: { count: 1, names: ["a.parked.net"] },
  });
  // 60 a week: a token comes in 168 minutes; hoster.net has 300 of its own.
  expect(budget?.tightest.map(({ key, left, burst }) => [key, left, burst])).toEqual([
    ["empty.net", 0, 60],
    ["half.net", 30, 60],
    ["hoster.net", 298, 300],
  ]);
  expect(budget?.tightest[0]?.nextAt).toBe(new Date(now + minutes(168)).toISOString());
  const { items: own } = await admin.call(operations.listBudgets, { query: { ca: "own" } });
  expect(own[0]).toMatchObject({ account: [], tightest: [], state: "well", spent: { day: { orders: 0 } } });
  const first = await admin.call(operations.listBudgets, { query: { limit: 1 } });
  const second = await admin.call(operations.listBudgets, { query: { after: first.next ?? "" } });
  expect([...first.items, ...second.items].map(({ ca }) => ca)).toEqual(["le", "own"]);
});

test("what the planner does is what the budget tells, and a new limit is the planner's", async () => {
  await sql`update ca set slow_until = null`.execute(api.db);
  const body = { ca: "tight", limit: perDomain, periodSeconds: 604_800 } as const;
  await admin.call(operations.addCa, {
    body: { name: "tight", directory: "http://tight.test/dir", contact: [], termsAgreed: true },
  });
  await admin.call(operations.setLimit, { body: { ...body, burst: 1, count: 1 } });
  for (const name of ["one.tight.net", "two.tight.net"])
    await admin.call(operations.addDomain, { body: { name, ca: "tight", tenant: "acme" } });
  const plan = () => planRound(api.db, { limit: 10, now: instant(start + api.clock.ahead) });
  const told = async () => {
    const [budget] = (await admin.call(operations.listBudgets, { query: { ca: "tight" } })).items;
    return [budget?.spent.day.top, budget?.tightest.map(({ key, left }) => [key, left]), budget?.parked];
  };
  await plan();
  expect(await told()).toEqual([
    [{ kind: "tenant", name: "acme", orders: 1 }],
    [["tight.net", 0]],
    { lineages: 1, limits: [expect.objectContaining({ limit: perDomain, key: "tight.net", lineages: 1 })] },
  ]);
  await admin.call(operations.setLimit, { body: { ...body, burst: 300, count: 300 } });
  await plan();
  expect(await told()).toEqual([
    [{ kind: "tenant", name: "acme", orders: 2 }],
    [["tight.net", 298]],
    { lineages: 0, limits: [] },
  ]);
});

/** A ledger as the planner would write it. */
async function fillLedger(now: number): Promise<void> {
  const at = (offset: number): Date => new Date(now + offset);
  const ago = (time: number): Date => new Date(now - time);
  await admin.call(operations.setTenant, { params: { name: "acme" }, body: { cas: null } });
  const { rows: accounts } = await sql<{ id: string }>`
    select account.id from account join ca on ca.id = account.ca_id where ca.name = 'le'`.execute(api.db);
  await sql`
    insert into bucket (ca_id, limit_name, key, full_at, reserved)
    select ca.id, filled.* from ca, (values
      (${perOrder}, ${accounts[0]?.id ?? ""}, ${now + 10 * 120_960}::float8, 2),
      (${perDomain}, 'empty.net', ${now + minutes(168) * 60}, 0),
      (${perDomain}, 'half.net', ${now + minutes(168) * 20}, 10),
      (${perDomain}, 'hoster.net', ${now + minutes(33)}, 1),
      (${perDomain}, 'full.net', ${now - 1}, 0)) as filled
    where ca.name = 'le'`.execute(api.db);
  await sql`
    insert into campaign (name, state, created_at) values ('spring', 'running', ${at(0)})`.execute(api.db);
  await sql`
    insert into spent_hour (ca_id, hour, class, spender, orders)
    select ca.id, spent.* from ca, (values
      (${ago(hours(1))}::timestamptz, 'campaign', 'campaign ' || (select id from campaign), 10),
      (${ago(hours(2))}, 'interactive', 'tenant ' || (select id from tenant where name = 'acme'), 2),
      (${ago(days(3))}, 'renewal', '', 5),
      (${ago(days(8))}, 'renewal', '', 100)) as spent
    where ca.name = 'le'`.execute(api.db);
  await sql`
    insert into queue (lineage_id, lane_id, turn, queued_at, parked_until, parked_for)
    select lineage.id, lane.id, 0, ${at(0)}, ${at(hours(1))}, ${`le ${perDomain} parked.net`}
    from lineage, lane`.execute(api.db);
  await sql`update lineage set failure_code = 'name-paused'`.execute(api.db);
  await sql`update ca set slow_until = ${at(minutes(5))} where name = 'le'`.execute(api.db);
}

/** The ledger with its database: what is planned never exceeds a limit, and what a CA says moves it. */
import {
  after,
  type DnsName,
  days,
  hours,
  type Instant,
  instant,
  type LedgerChange,
  minutes,
  seconds,
} from "@certmill/domain";
import { sql } from "kysely";
import { afterAll, beforeAll, expect, test } from "vitest";
import { insertCa } from "../../src/store/accounts.ts";
import { type ClaimedIssuance, claimIssuances } from "../../src/store/claim-issuances.ts";
import { type Db, openDatabase } from "../../src/store/database.ts";
import { commitAbandoned } from "../../src/store/decision/commit-abandoned.ts";
import { commitStep } from "../../src/store/decision/commit-step.ts";
import { planRound } from "../../src/store/planning/plan-round.ts";
import { addLineages } from "../../src/store/write/add-lineages.ts";
import { ensureTenants } from "../../src/store/write/names.ts";
import { type MigratedPostgres, startMigratedPostgres } from "../migrated-postgres.ts";
import { type Fleet, lease, planAll, sealed, start, startFleet } from "./fleet.ts";
import { usualTerms } from "./usual-terms.ts";

let postgres: MigratedPostgres;

beforeAll(async () => {
  postgres = await startMigratedPostgres();
});
afterAll(async () => postgres[Symbol.asyncDispose]());

const numbered = (count: number, under = "example.com") =>
  Array.from({ length: count }, (_, index): [string] => [`n${index}.${under}`]);

const distinct = (count: number) =>
  Array.from({ length: count }, (_, index): [string] => [`n${index}.example`]);

const limitTo = (fleet: Fleet, limit: string, count: number, period: number): Promise<unknown> =>
  sql`insert into limit_override (ca_id, limit_name, burst, count, period_ms, starts_at, created_at)
    values (${fleet.caId}, ${limit}, ${count}, ${count}, ${period}, to_timestamp(0), now())`.execute(
    fleet.db,
  );

const claimAll = (db: Db, now: Instant) => claimIssuances(db, { limit: 1_000, lease, now });

const ordered = { url: "https://ca.test/o", finalizeUrl: "https://ca.test/f", authorizationUrls: [] };

/** As the worker does when the CA has made the order. */
const settleOrder = (db: Db, claim: ClaimedIssuance, now: Instant): Promise<boolean> =>
  commitStep(db, claim, {
    state: { kind: "ordered", order: ordered, since: now, wakeAt: after(now, days(9)), faults: 0 },
    publish: [],
    records: [],
    key: null,
    events: [],
    ledger: claim.spending
      .filter(({ spentAt }) => spentAt === "order")
      .map(({ limit, key }): LedgerChange => ({ kind: "settled", limit, key })),
    now,
    lease: null,
  });

const end = (db: Db, claim: ClaimedIssuance, ledger: readonly LedgerChange[], now: Instant) =>
  commitAbandoned(db, claim, { cause: "dns", detail: "", retryAt: null, events: [], ledger, now });

async function inLine(db: Db): Promise<{ in_line: number; parked: number }> {
  const { rows } = await sql<{ in_line: number; parked: number }>`
    select count(*) filter (where parked_until is null)::int as in_line,
      count(*) filter (where parked_until is not null)::int as parked from queue`.execute(db);
  return rows[0] ?? { in_line: 0, parked: 0 };
}

const plannerWake = async (db: Db): Promise<Instant | null> =>
  (await db.selectFrom("planner").select("wake_at").executeTakeFirstOrThrow()).wake_at;

test("many processes at once spend an account's limit to the last order, and never one more", async () => {
  await using fleet = await startFleet(postgres);
  await limitTo(fleet, "new-orders-per-account", 100, hours(1));
  await fleet.add(distinct(300));
  await using other = await openDatabase({ kind: "postgresql", url: fleet.url, connections: 10 });
  const orders: Instant[] = [];
  const process = async (db: Db, now: Instant): Promise<void> => {
    for (let idle = 0; idle < 3; ) {
      const round = await planRound(db, { limit: 7, now });
      if (round.kind === "planned") idle = round.orders === 0 ? idle + 1 : 0;
      for (const claim of await claimAll(db, now)) {
        orders.push(now);
        expect(await settleOrder(db, claim, now)).toBe(true);
      }
    }
  };
  const all = (now: Instant) =>
    Promise.all([fleet.db, fleet.db, other.db, other.db].map((db) => process(db, now)));
  await all(start);
  const first = orders.length;
  // One is kept for emergencies.
  expect(first).toBe(99);
  // A refill time later there is one more, an hour after that there are all.
  await all(after(start, seconds(36)));
  expect(orders.length - first).toBe(1);
  await all(after(start, hours(2)));
  expect(orders.length - first).toBe(1 + 99);
});

test("an account's limit holds the line, and the planner knows when it goes on", async () => {
  await using fleet = await startFleet(postgres);
  await limitTo(fleet, "new-orders-per-account", 5, hours(1));
  await fleet.add(distinct(8));
  await planAll(fleet.db, start);
  expect(await inLine(fleet.db)).toEqual({ in_line: 3, parked: 0 });
  for (const claim of await claimAll(fleet.db, start)) await settleOrder(fleet.db, claim, start);
  await planRound(fleet.db, { limit: 100, now: after(start, seconds(1)) });
  const next = after(start, minutes(12));
  expect(await plannerWake(fleet.db)).toBe(next);
  expect(await planRound(fleet.db, { limit: 100, now: instant(next - 1) })).toMatchObject({ orders: 0 });
  expect(await planRound(fleet.db, { limit: 100, now: next })).toMatchObject({ orders: 1 });
});

test("what was not spent is there again at once", async () => {
  await using fleet = await startFleet(postgres);
  await limitTo(fleet, "new-orders-per-account", 5, hours(1));
  await fleet.add(distinct(6));
  await planAll(fleet.db, start);
  const [claim] = await claimAll(fleet.db, start);
  if (claim === undefined) throw new Error("Nothing was planned.");
  const released = claim.spending.map(({ limit, key }): LedgerChange => ({ kind: "released", limit, key }));
  await end(fleet.db, claim, released, start);
  expect(await planRound(fleet.db, { limit: 100, now: start })).toMatchObject({ orders: 1 });
});

test("a registered domain that must wait holds back only itself, and its names come back one refill apart", async () => {
  await using fleet = await startFleet(postgres);
  await limitTo(fleet, "new-certificates-per-registered-domain", 50, days(7));
  await fleet.add(numbered(1_000, "shared.example"));
  await fleet.add(distinct(40), after(start, seconds(1)));
  const now = after(start, seconds(2));
  await planAll(fleet.db, now);
  expect((await claimAll(fleet.db, now)).length).toBe(49 + 40);
  expect(await inLine(fleet.db)).toEqual({ in_line: 0, parked: 951 });
  const { rows } = await sql<{ at: Instant }>`
    select parked_until as at from queue order by parked_until limit 20`.execute(fleet.db);
  const refill = days(7) / 50;
  const gaps = rows.slice(1).map(({ at }, index) => at - (rows[index]?.at ?? 0));
  expect(gaps.every((gap) => Math.abs(gap - refill) <= 1)).toBe(true);
});

test("a refusal by the CA moves the bucket it names, for everyone, and is told", async () => {
  await using fleet = await startFleet(postgres);
  await limitTo(fleet, "new-orders-per-account", 100, hours(1));
  await fleet.add(distinct(20));
  await planRound(fleet.db, { limit: 1, now: start });
  const [claim] = await claimAll(fleet.db, start);
  if (claim === undefined) throw new Error("Nothing was planned.");
  const retryAt = after(start, minutes(30));
  const refused: LedgerChange = {
    kind: "refused",
    limit: "new-orders-per-account",
    key: claim.accountId,
    retryAt,
  };
  const released = claim.spending.map(({ limit, key }): LedgerChange => ({ kind: "released", limit, key }));
  await end(fleet.db, claim, [...released, refused], start);
  const round = await planRound(fleet.db, { limit: 100, now: start });
  expect(round).toMatchObject({
    orders: 0,
    news: [
      {
        kind: "corrected",
        ca: "test",
        limit: "new-orders-per-account",
        retryAt,
        drift: expect.closeTo(149, 0),
      },
    ],
  });
  expect(await planRound(fleet.db, { limit: 100, now: instant(retryAt - 1) })).toMatchObject({ orders: 0 });
  expect(await planRound(fleet.db, { limit: 100, now: retryAt })).toMatchObject({ orders: 1 });
  const events = await fleet.db
    .selectFrom("event")
    .select("detail")
    .where("kind", "=", "budget.corrected")
    .execute();
  expect(events).toMatchObject([{ detail: { limit: "new-orders-per-account" } }]);
});

test("a refusal for a limit that nobody told us of holds until its time", async () => {
  await using fleet = await startFleet(postgres);
  await fleet.add(distinct(2));
  await planRound(fleet.db, { limit: 1, now: start });
  const [claim] = await claimAll(fleet.db, start);
  if (claim === undefined) throw new Error("Nothing was planned.");
  const retryAt = after(start, minutes(5));
  await end(
    fleet.db,
    claim,
    [{ kind: "refused", limit: "new-orders-per-account", key: claim.accountId, retryAt }],
    start,
  );
  expect(await planRound(fleet.db, { limit: 9, now: instant(retryAt - 1) })).toMatchObject({ orders: 0 });
  const soonAfter = after(retryAt, seconds(1));
  expect(await planRound(fleet.db, { limit: 9, now: soonAfter })).toMatchObject({ orders: 1 });
});

test("a CA that is busy or fails is left alone for a while; another takes its work, and it comes back", async () => {
  await using fleet = await startFleet(postgres);
  const second = await insertCa(
    fleet.db,
    {
      name: "second",
      directoryUrl: "https://second.test/directory",
      rootPem: null,
      namePolicy: "public",
      maxOrdersInFlight: 1_000,
      makeDefault: false,
      weight: 1,
      limitSet: "none",
      caaIdentities: [],
      profiles: [],
      profile: null,
      account: { url: "https://second.test/a/1", key: sealed, thumbprint: "t", contact: [] },
    },
    start,
  );
  const until = after(start, minutes(10));
  const slowed = JSON.stringify({ kind: "slowed", until } satisfies LedgerChange);
  await sql`insert into ledger_entry (ca_id, at, change)
    values (${fleet.caId}, ${new Date(start)}, ${slowed}::jsonb)`.execute(fleet.db);
  await fleet.add(distinct(30));
  await planAll(fleet.db, start);
  const cas = async () => new Set((await claimAll(fleet.db, until)).map(({ caId }) => caId));
  expect(await cas()).toEqual(new Set([second]));
  await fleet.add(numbered(30, "later.example"), until);
  await planAll(fleet.db, until);
  expect((await cas()).has(fleet.caId)).toBe(true);
});

test("a line that leads to a CA that is away is passed by the others, in the same round", async () => {
  await using fleet = await startFleet(postgres);
  const away = await insertCa(
    fleet.db,
    {
      name: "away",
      directoryUrl: "https://away.test/directory",
      rootPem: null,
      namePolicy: "public",
      maxOrdersInFlight: 1_000,
      makeDefault: false,
      weight: 0,
      limitSet: "none",
      caaIdentities: [],
      profiles: [],
      profile: null,
      account: { url: "https://away.test/a/1", key: sealed, thumbprint: "t", contact: [] },
    },
    start,
  );
  if (away === null) throw new Error("The name is taken.");
  const until = after(start, hours(1));
  await sql`update ca set slow_until = ${new Date(until)} where id = ${away}`.execute(fleet.db);
  await addLineages(
    fleet.db,
    numbered(30, "pinned.example").map(([name]) => ({ names: [name as DnsName] as const, tenantId: null })),
    { ...usualTerms(away), caIds: [away] },
    start,
  );
  await fleet.add(distinct(25));
  for (let round = 0; round < 3; round += 1) await planRound(fleet.db, { limit: 10, now: start });
  expect(new Set((await claimAll(fleet.db, start)).map(({ caId }) => caId))).toEqual(new Set([fleet.caId]));
  expect(await inLine(fleet.db)).toEqual({ in_line: 30, parked: 0 });
  expect(await plannerWake(fleet.db)).toBe(until);
});

test("what waits is asked again when a limit that was set begins to hold", async () => {
  await using fleet = await startFleet(postgres);
  await limitTo(fleet, "new-certificates-per-registered-domain", 10, days(7));
  const from = after(start, hours(3));
  await sql`insert into limit_override (ca_id, limit_name, burst, count, period_ms, starts_at, created_at)
    values (${fleet.caId}, 'new-certificates-per-registered-domain', 100, 100, ${days(7)}, ${new Date(from)}, now())`.execute(
    fleet.db,
  );
  await fleet.add(numbered(30, "shared.example"));
  await planAll(fleet.db, start);
  expect((await inLine(fleet.db)).parked).toBeGreaterThan(20);
  await planAll(fleet.db, instant(from - 1));
  expect((await claimAll(fleet.db, from)).length).toBeLessThan(11);
  await planAll(fleet.db, from);
  expect(await inLine(fleet.db)).toEqual({ in_line: 0, parked: 0 });
});

test("a tenant with one domain does not wait behind one with hundreds", async () => {
  await using fleet = await startFleet(postgres);
  await limitTo(fleet, "new-orders-per-account", 10, hours(1));
  const tenants = await ensureTenants(fleet.db, ["many", "one"], start);
  const add = (names: readonly [string][], tenant: string, at: Instant) =>
    addLineages(
      fleet.db,
      names.map(([name]) => ({ names: [name as DnsName] as const, tenantId: tenants.get(tenant) ?? null })),
      usualTerms(fleet.caId),
      at,
    );
  await add(distinct(300), "many", start);
  await add([["one.example"]], "one", after(start, seconds(1)));
  const now = after(start, seconds(2));
  // All of it joins the line before the first is planned.
  for (let round = 0; round < 4; round += 1) await planRound(fleet.db, { limit: 0, now });
  await planRound(fleet.db, { limit: 10, now });
  const claimed = (await claimAll(fleet.db, now)).map(({ names }) => names[0]);
  expect(claimed).toHaveLength(9);
  expect(claimed).toContain("one.example");
});

/** The checks' rows: who is sent there, who takes them, and what follows. */
import { after, days, type Finding, type Instant, minutes, usualLife } from "@certmill/domain";
import fc from "fast-check";
import { sql } from "kysely";
import { afterAll, beforeAll, expect, test } from "vitest";
import { storableText } from "../../src/storable-text.ts";
import {
  type ClaimedCheck,
  claimChecks,
  nextCheckAt,
  readLineageCheck,
} from "../../src/store/check/claim-checks.ts";
import { commitCheck } from "../../src/store/check/commit-check.ts";
import { openDatabase } from "../../src/store/database.ts";
import { planRound } from "../../src/store/planning/plan-round.ts";
import { forgetChecks } from "../../src/store/planning/send-to-checks.ts";
import { removeLineage } from "../../src/store/write/remove-lineage.ts";
import { retryLineage } from "../../src/store/write/retry-lineage.ts";
import { type MigratedPostgres, startMigratedPostgres } from "../migrated-postgres.ts";
import { type Fleet, start, startFleet } from "./fleet.ts";

let postgres: MigratedPostgres;
beforeAll(async () => {
  postgres = await startMigratedPostgres();
});
afterAll(async () => postgres[Symbol.asyncDispose]());

const lease = minutes(3);
const fault: Finding = {
  code: "no-name",
  weight: "fault",
  name: "a.example.com",
  where: null,
  expected: ["192.0.2.1"],
  found: [],
  ca: null,
  seenFrom: [],
};

test("all that is made storable is stored, in columns and in JSON", async () => {
  await using fleet = await startFleet(postgres);
  const texts = fc.array(fc.string({ unit: "binary", maxLength: 40 }), { minLength: 50, maxLength: 50 });
  await fc.assert(
    fc.asyncProperty(texts, async (raw) => {
      const stored = [...raw, "\0", "\ud800", "\udc00\ud800"].map(storableText);
      const { rows } = await sql<{ json: string[]; columns: string[] }>`
        select ${JSON.stringify(stored)}::jsonb as json, ${stored}::text[] as columns`.execute(fleet.db);
      expect(rows).toEqual([{ json: stored, columns: stored }]);
    }),
    { numRuns: 5 },
  );
});

const plan = async ({ db }: Fleet, now: Instant): Promise<number> => {
  const round = await planRound(db, { limit: 100, now, checkFirst: true });
  return round.kind === "planned" ? round.orders : 0;
};

async function claimOne({ db }: Fleet, now: Instant = start): Promise<ClaimedCheck> {
  const [claimed, ...more] = await claimChecks(db, { limit: 10, lease, now });
  if (claimed === undefined || more.length > 0) throw new Error("Not exactly one check was due.");
  return claimed;
}

/** Stores that all is right, or the fault. */
async function commit(
  { db }: Fleet,
  check: Pick<ClaimedCheck, "lineageId"> & { fence: string | null },
  right: boolean,
  now: Instant,
) {
  const { lineageId, fence } = check;
  const findings = right ? [] : [fault];
  return (await commitCheck(db, { lineageId, fence, findings, records: [], life: usualLife, now })) !== null;
}

test("a first order waits for its check, and follows it at once", async () => {
  await using fleet = await startFleet(postgres);
  await fleet.add([["a.example.com", "www.a.example.com"]]);
  expect(await plan(fleet, start)).toBe(0);
  expect(await nextCheckAt(fleet.db)).toBe(start);
  const claimed = await claimOne(fleet);
  expect(claimed).toMatchObject({
    names: ["a.example.com", "www.a.example.com"],
    cas: [{ name: "test", caaIdentities: [], accountUri: "https://ca.test/account/1" }],
  });
  expect(await plan(fleet, start)).toBe(0);
  expect(await commit(fleet, claimed, true, start)).toBe(true);
  expect(await plan(fleet, start)).toBe(1);
  expect(await nextCheckAt(fleet.db)).toBeNull();
});

test("the order goes to a CA that CAA allows", async () => {
  await using fleet = await startFleet(postgres);
  const notice: Finding = { ...fault, code: "caa-forbids", weight: "notice", ca: "test" };
  await fleet.add([["a.example.com"]]);
  await plan(fleet, start);
  const { lineageId, fence } = await claimOne(fleet);
  const check = { lineageId, fence, findings: [notice], records: [], life: usualLife, now: start };
  expect(await commitCheck(fleet.db, check)).toMatchObject({ order: true });
  const { avoid_ca_ids: avoided } = await fleet.db
    .selectFrom("lineage")
    .select("avoid_ca_ids")
    .executeTakeFirstOrThrow();
  expect(avoided).toEqual([fleet.caId]);
  // There is no other, so it is asked all the same.
  expect(await plan(fleet, start)).toBe(1);
});

test("a failing one is made again on its schedule, and the order is lowered when it is made anyway", async () => {
  await using fleet = await startFleet(postgres);
  await fleet.add([["a.example.com"]]);
  await plan(fleet, start);
  let due: Instant | null = start;
  const waits: number[] = [];
  while (due !== null && due < after(start, days(2))) {
    const claimed = await claimOne(fleet, due);
    await commit(fleet, claimed, false, due);
    const next = await nextCheckAt(fleet.db);
    expect(await plan(fleet, due)).toBe(next === null ? 1 : 0);
    if (next !== null) waits.push((next - due) / 60_000);
    due = next;
  }
  expect(waits.slice(0, 10)).toEqual([1, 2, 5, 10, 20, 30, 60, 120, 240, 240]);
  const { rows } = await sql<{ class: string }>`select class from issuance`.execute(fleet.db);
  expect(rows).toEqual([{ class: "campaign" }]);
});

test("a write with an old fence is refused, and a check that fell silent is taken up by another", async () => {
  await using fleet = await startFleet(postgres);
  await fleet.add([["a.example.com"]]);
  await plan(fleet, start);
  const silent = await claimOne(fleet);
  expect(await claimChecks(fleet.db, { limit: 10, lease, now: start })).toEqual([]);
  const later = after(start, lease);
  const other = await claimOne(fleet, later);
  expect(await commit(fleet, silent, true, later)).toBe(false);
  expect(await plan(fleet, later)).toBe(0);
  expect(await commit(fleet, other, true, later)).toBe(true);
  expect(await plan(fleet, later)).toBe(1);
});

test("many processes never have one check twice", async () => {
  await using fleet = await startFleet(postgres);
  await using other = await openDatabase({ kind: "postgresql", url: fleet.url, connections: 5 });
  await fleet.add(Array.from({ length: 90 }, (_, n): [string] => [`n${n}.example.com`]));
  await plan(fleet, start);
  const claim = (db: typeof fleet.db) => claimChecks(db, { limit: 10, lease, now: start });
  const batches = await Promise.all(
    Array.from({ length: 12 }, (_, n) => claim(n % 2 === 0 ? fleet.db : other.db)),
  );
  const ids = batches.flat().map(({ lineageId }) => lineageId);
  expect(new Set(ids).size).toBe(ids.length);
});

test("a check that is asked for takes the order along when all is right", async () => {
  await using fleet = await startFleet(postgres);
  await fleet.add([["a.example.com"]]);
  await plan(fleet, start);
  const claimed = await claimOne(fleet);
  await commit(fleet, claimed, false, start);
  const { lineageId } = claimed;
  const before = await readLineageCheck(fleet.db, lineageId);
  expect(before).toMatchObject({ checkedAt: start });
  const now = after(start, minutes(10));
  await commit(fleet, { lineageId, fence: null }, true, now);
  expect(await plan(fleet, now)).toBe(1);
  // What is under way is left alone.
  await commit(fleet, { lineageId, fence: null }, true, now);
  expect(await plan(fleet, now)).toBe(0);
  expect(await nextCheckAt(fleet.db)).toBeNull();
});

test("who wants the order has it, whatever the check says", async () => {
  await using fleet = await startFleet(postgres);
  await fleet.add([["a.example.com"]]);
  await plan(fleet, start);
  const claimed = await claimOne(fleet);
  await commit(fleet, claimed, false, start);
  await retryLineage(fleet.db, { lineageId: claimed.lineageId, by: { token: "t" }, now: start });
  expect(await plan(fleet, start)).toBe(1);
  expect(await nextCheckAt(fleet.db)).toBeNull();
});

test("a removed domain is checked no more", async () => {
  await using fleet = await startFleet(postgres);
  await fleet.add([["a.example.com"]]);
  await plan(fleet, start);
  const claimed = await claimOne(fleet);
  await removeLineage(fleet.db, claimed.lineageId, start);
  await commit(fleet, claimed, false, start);
  expect(await nextCheckAt(fleet.db)).toBeNull();
});

test("those of campaigns are checked when nobody waits", async () => {
  await using fleet = await startFleet(postgres);
  await fleet.add([["campaign.example.com"], ["customer.example.com"]]);
  await plan(fleet, start);
  await sql`update lineage_check set rank = 1, wake_at = lineage_check.wake_at - interval '1 hour'
    from lineage where lineage.id = lineage_id and names[1] = 'campaign.example.com'`.execute(fleet.db);
  const claim = async () =>
    (await claimChecks(fleet.db, { limit: 1, lease, now: start })).map(({ names }) => names[0]);
  expect(await claim()).toEqual(["customer.example.com"]);
  expect(await claim()).toEqual(["campaign.example.com"]);
});

test("when checks are turned off, whoever waits for one goes on", async () => {
  await using fleet = await startFleet(postgres);
  await fleet.add([["a.example.com"]]);
  await plan(fleet, start);
  await forgetChecks(fleet.db, start);
  const round = await planRound(fleet.db, { limit: 100, now: start });
  expect(round).toMatchObject({ orders: 1 });
});

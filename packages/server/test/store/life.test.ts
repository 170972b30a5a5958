/** A lineage's life in the store: what fails is checked until it is right, what leaves is let go and taken back. */
import {
  after,
  days,
  type Finding,
  hours,
  type Instant,
  minutes,
  type NameRecords,
  renewAt,
  usualLife,
} from "@certmill/domain";
import { sql } from "kysely";
import { afterAll, beforeAll, expect, test } from "vitest";
import { beginLooks } from "../../src/store/check/begin-looks.ts";
import { claimChecks } from "../../src/store/check/claim-checks.ts";
import { commitCheck } from "../../src/store/check/commit-check.ts";
import { checkNow, claimQuickLook } from "../../src/store/check/quick-looks.ts";
import { commitAbandoned } from "../../src/store/decision/commit-abandoned.ts";
import { commitIssued } from "../../src/store/decision/commit-issued.ts";
import { findDomain } from "../../src/store/read/domains.ts";
import { removeLineage } from "../../src/store/write/remove-lineage.ts";
import { retryLineage } from "../../src/store/write/retry-lineage.ts";
import { type MigratedPostgres, startMigratedPostgres } from "../migrated-postgres.ts";
import { certificateFor, claimDue, claimOne, type Fleet, start, startFleet, storeKey } from "./fleet.ts";

let postgres: MigratedPostgres;
beforeAll(async () => {
  postgres = await startMigratedPostgres();
});
afterAll(async () => postgres[Symbol.asyncDispose]());

const lease = minutes(3);
const name = "a.example.com";
const elsewhere: Finding = {
  code: "points-elsewhere",
  weight: "fault",
  name,
  where: null,
  expected: ["192.0.2.1"],
  found: ["198.51.100.1"],
  ca: null,
  seenFrom: [],
};
const nothing = { events: [], ledger: [] };
const failure = { ...nothing, cause: "dns", detail: "no address", areChecked: true } as const;

async function lineageOf({ db }: Fleet) {
  return db
    .selectFrom("lineage")
    .select(["id", "state", "wake_at", "rests_since", "leaves_at", "unmended_since", "removed_at"])
    .executeTakeFirstOrThrow();
}

async function kindsOf({ db }: Fleet): Promise<string[]> {
  const events = await db.selectFrom("event").select("kind").orderBy("id").execute();
  return events.map(({ kind }) => kind);
}

/** The checks that are due make what they find. @returns whether there was one. */
async function check(
  fleet: Fleet,
  findings: readonly Finding[],
  now: Instant,
  records: readonly NameRecords[] = [],
): Promise<boolean> {
  const [claimed] = await claimChecks(fleet.db, { limit: 1, lease, now });
  if (claimed === undefined) return false;
  const { lineageId, fence } = claimed;
  expect(
    await commitCheck(fleet.db, { lineageId, fence, findings, records, life: usualLife, now }),
  ).not.toBeNull();
  return true;
}

/** With a certificate of 90 days from the start. */
async function startActive(): Promise<Fleet> {
  const fleet = await startFleet(postgres);
  await fleet.add([[name]]);
  const claim = await claimOne(fleet);
  await storeKey(fleet.db, claim.id);
  const lookAt = after(start, days(1));
  await commitIssued(fleet.db, claim, {
    ...nothing,
    certificate: certificateFor(days(90)),
    lookAt,
    now: start,
  });
  return fleet;
}

const renewal = renewAt(start, after(start, days(90)));

test("what was given up rests, is checked once a day, and is ordered when it turns right", async () => {
  await using fleet = await startFleet(postgres);
  await fleet.add([[name]]);
  await commitAbandoned(fleet.db, await claimOne(fleet), { ...failure, retryAt: null, now: start });
  expect(await lineageOf(fleet)).toMatchObject({ state: "failed", wake_at: null, rests_since: start });
  expect(await check(fleet, [elsewhere], start)).toBe(true);
  expect(await check(fleet, [elsewhere], after(start, hours(23)))).toBe(false);
  const later = after(start, days(1));
  expect(await check(fleet, [], later)).toBe(true);
  expect(await lineageOf(fleet)).toMatchObject({
    state: "waiting",
    wake_at: later,
    rests_since: null,
    unmended_since: null,
  });
  expect(await claimDue(fleet, later)).toHaveLength(1);
});

test("a renewal that fails is checked at once and by steps, and ordered when it turns right", async () => {
  await using fleet = await startActive();
  const retryAt = after(renewal, hours(20));
  await commitAbandoned(fleet.db, await claimOne(fleet, renewal), { ...failure, retryAt, now: renewal });
  expect(await lineageOf(fleet)).toMatchObject({ state: "failing", wake_at: retryAt });
  expect(await check(fleet, [elsewhere], renewal)).toBe(true);
  const later = after(renewal, minutes(1));
  expect((await findDomain(fleet.db, name, null))?.wrong_since).toBe(renewal);
  expect(await check(fleet, [], later)).toBe(true);
  expect(await lineageOf(fleet)).toMatchObject({ state: "failing", wake_at: later });
  expect(await claimDue(fleet, later)).toHaveLength(1);
});

test("what a check saw is kept while it passes, written when it differs, and told when it fails", async () => {
  await using fleet = await startActive();
  const seen: NameRecords = { name, addresses: ["192.0.2.1"], alias: null, proof: null, caa: [] };
  /** Which transaction wrote it. */
  const writtenBy = async () => {
    const { rows } = await sql<{ by: string }>`select xmin::text as by from right_records`.execute(fleet.db);
    return rows.map(({ by }) => by);
  };
  const day = (n: number) => after(start, days(n));
  await check(fleet, [], day(1), [seen]);
  const written = await writtenBy();
  expect(written).toHaveLength(1);
  await check(fleet, [], day(2), [seen]);
  expect(await writtenBy()).toEqual(written);
  for (const n of [3, 4]) {
    await check(fleet, [elsewhere], day(n), [{ ...seen, addresses: ["198.51.100.1"] }]);
    expect((await findDomain(fleet.db, name, null))?.findings).toEqual([
      { ...elsewhere, before: { found: ["192.0.2.1"], where: null, until: day(2) } },
    ]);
  }
  const { id } = await lineageOf(fleet);
  await removeLineage(fleet.db, id, day(5));
  expect(await writtenBy()).toEqual([]);
});

test("a look each minute brings the check of what is wrong in the DNS forward, and no other", async () => {
  await using fleet = await startFleet(postgres);
  await fleet.add([[name]]);
  await commitAbandoned(fleet.db, await claimOne(fleet), {
    ...failure,
    retryAt: after(start, hours(1)),
    now: start,
  });
  const look = (now: Instant) => claimQuickLook(fleet.db, { limit: 10, every: minutes(1), now });
  expect(await look(start)).toEqual([]);
  expect(await look(start)).toBeNull();
  await check(fleet, [elsewhere], start);
  const next = after(start, minutes(1));
  const [watched, ...more] = (await look(next)) ?? [];
  expect([watched?.faults, more]).toEqual([[{ ...elsewhere, before: null }], []]);
  await check(fleet, [elsewhere], next);
  await check(fleet, [elsewhere], after(start, minutes(3)));
  const soon = after(start, minutes(4));
  expect(await check(fleet, [], soon)).toBe(false);
  await checkNow(fleet.db, [watched?.lineageId ?? ""], soon);
  expect(await check(fleet, [], soon)).toBe(true);
  expect(await look(soon)).toEqual([]);
});

test("pages of looks go through all and begin anew", async () => {
  await using fleet = await startFleet(postgres);
  await fleet.add(Array.from({ length: 5 }, (_, n): [string] => [`n${n}.example.com`]));
  await sql`
    insert into lineage_check (lineage_id, watched, findings)
    select id, true, ${JSON.stringify([elsewhere])}::jsonb from lineage`.execute(fleet.db);
  const sizes: number[] = [];
  for (let n = 0; n < 4; n++) {
    const now = after(start, minutes(n));
    sizes.push((await claimQuickLook(fleet.db, { limit: 2, every: minutes(1), now }))?.length ?? -1);
  }
  expect(sizes).toEqual([2, 2, 1, 2]);
});

/** Checked once a day, from the first to the last of these days. */
async function daily(fleet: Fleet, findings: readonly Finding[], [first, last]: readonly [number, number]) {
  for (let day = first; day <= last; day++)
    expect(await check(fleet, findings, after(start, days(day)))).toBe(true);
}

test("what leads elsewhere for seven days has moved, and comes back with its renewal", async () => {
  await using fleet = await startActive();
  await daily(fleet, [elsewhere], [1, 7]);
  expect((await lineageOf(fleet)).state).toBe("active");
  await daily(fleet, [elsewhere], [8, 8]);
  expect(await lineageOf(fleet)).toMatchObject({
    state: "moved",
    wake_at: null,
    leaves_at: after(start, days(8 + 30)),
  });
  expect(await claimDue(fleet, renewal)).toEqual([]);
  await daily(fleet, [], [9, 9]);
  expect(await lineageOf(fleet)).toMatchObject({ state: "active", wake_at: renewal, leaves_at: null });
  expect((await kindsOf(fleet)).filter((kind) => /domain\.(moved|returned)/.test(kind))).toEqual([
    "domain.moved",
    "domain.returned",
  ]);
});

test("a wildcard whose delegation is gone for seven days has moved, and comes back with it", async () => {
  await using fleet = await startActive();
  const by = (proof: string): NameRecords => ({ name, addresses: null, alias: null, proof, caa: [] });
  const target = `${name}.acme.test`;
  const gone: Finding = { ...elsewhere, code: "delegation-missing", expected: [target], found: [] };
  const led = [by(target)];
  await check(fleet, [], after(start, days(1)), led);
  for (let day = 2; day <= 9; day += 1) {
    expect((await lineageOf(fleet)).state).toBe("active");
    await check(fleet, [gone], after(start, days(day)), [by(`_acme-challenge.${name}`)]);
  }
  expect((await lineageOf(fleet)).state).toBe("moved");
  await check(fleet, [], after(start, days(10)), led);
  expect((await lineageOf(fleet)).state).toBe("active");
});

test("what does not come back is removed, and nothing is left of it", async () => {
  await using fleet = await startActive();
  await daily(fleet, [elsewhere], [1, 37]);
  expect((await lineageOf(fleet)).state).toBe("moved");
  await daily(fleet, [elsewhere], [38, 38]);
  expect(await lineageOf(fleet)).toMatchObject({ state: "removed", removed_at: after(start, days(38)) });
  expect(await check(fleet, [elsewhere], after(start, days(100)))).toBe(false);
  expect((await kindsOf(fleet)).at(-1)).toBe("domain.removed");
});

test("whoever asks for a domain that has moved has its renewal, and seven more days", async () => {
  await using fleet = await startActive();
  await daily(fleet, [elsewhere], [1, 8]);
  const now = after(start, days(8));
  const { id: lineageId } = await lineageOf(fleet);
  await retryLineage(fleet.db, { lineageId, by: { token: "t" }, now });
  expect(await lineageOf(fleet)).toMatchObject({ state: "active", wake_at: now, leaves_at: null });
  const retryAt = after(now, days(1));
  await commitAbandoned(fleet.db, await claimOne(fleet, now), { ...failure, retryAt, now });
  expect(await check(fleet, [elsewhere], now)).toBe(true);
  expect((await lineageOf(fleet)).state).toBe("failing");
});

test("a check that ends after the removal changes nothing", async () => {
  await using fleet = await startActive();
  const now = after(start, days(1));
  const [claimed] = await claimChecks(fleet.db, { limit: 1, lease, now });
  await removeLineage(fleet.db, claimed?.lineageId ?? "", now);
  const late = {
    lineageId: claimed?.lineageId ?? "",
    fence: claimed?.fence ?? "",
    findings: [],
    records: [],
    life: usualLife,
    now,
  };
  expect(await commitCheck(fleet.db, late)).toBeNull();
  expect((await lineageOf(fleet)).state).toBe("removed");
});

test("when checks are turned on, all that is alive is looked at within a day, and those that have a check keep it", async () => {
  await using fleet = await startActive();
  await fleet.add([["waits.example.com"]]);
  const now = after(start, hours(1));
  const dueOf = async () => {
    const rows = await fleet.db.selectFrom("lineage_check").select("wake_at").execute();
    return rows.map(({ wake_at }) => wake_at);
  };
  await beginLooks(fleet.db, now);
  expect(await dueOf()).toEqual([after(start, days(1))]);
  await sql`delete from lineage_check`.execute(fleet.db);
  await beginLooks(fleet.db, now);
  const [due, ...more] = await dueOf();
  expect(more).toEqual([]);
  expect((due ?? 0) - now).toBeGreaterThanOrEqual(0);
  expect((due ?? 0) - now).toBeLessThan(days(1));
});

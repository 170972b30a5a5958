import { after, type Instant, instant, milliseconds, seconds } from "@certmill/domain";
import { afterAll, beforeAll, expect, test } from "vitest";
import { claimIssuances, forgetLeases, releaseIssuance } from "../../src/store/claim-issuances.ts";
import { type Db, openDatabase } from "../../src/store/database.ts";
import { planRound } from "../../src/store/planning/plan-round.ts";
import { readOwed } from "../../src/store/what-is-owed.ts";
import { type MigratedPostgres, startMigratedPostgres } from "../migrated-postgres.ts";
import { claimDue, claimOne, lease, planAll, start, startFleet } from "./fleet.ts";

let postgres: MigratedPostgres;

beforeAll(async () => {
  postgres = await startMigratedPostgres();
});
afterAll(async () => postgres[Symbol.asyncDispose]());

const numbered = (count: number) =>
  Array.from({ length: count }, (_, index): [string] => [`n${index}.example.com`]);

test("many workers at once never have one issuance twice, and leave none", async () => {
  await using fleet = await startFleet(postgres);
  await fleet.add(numbered(300));
  await planAll(fleet.db, start);
  await using other = await openDatabase({ kind: "postgresql", url: fleet.url, connections: 10 });
  const claimed: string[] = [];
  const work = async (db: typeof fleet.db): Promise<void> => {
    for (;;) {
      const batch = await claimIssuances(db, { limit: 7, lease, now: start });
      if (batch.length === 0) return;
      claimed.push(...batch.map(({ id }) => id));
    }
  };
  await Promise.all([fleet.db, other.db].flatMap((db) => Array.from({ length: 8 }, () => work(db))));
  // A worker may be told "none" while the last ones are being taken elsewhere: another round finds what it left.
  await work(fleet.db);
  expect(claimed).toHaveLength(300);
  expect(new Set(claimed).size).toBe(300);
});

test("the longest overdue come first, and nothing before its time", async () => {
  await using fleet = await startFleet(postgres);
  for (const [name, wait] of [
    ["later", 2_000],
    ["late", 1_000],
    ["now", 0],
  ] as const) {
    const at = after(start, milliseconds(wait));
    await fleet.add([[`${name}.example.com`]], at);
    await planRound(fleet.db, { limit: 1, now: at });
  }
  const claim = async (wait: number) => {
    const now = after(start, milliseconds(wait));
    return (await claimIssuances(fleet.db, { limit: 1, lease, now })).map(({ names }) => names[0]);
  };
  expect(await claim(2_000)).toEqual(["now.example.com"]);
  expect(await claim(1_999)).toEqual(["late.example.com"]);
  expect(await claim(1_999)).toEqual([]);
  expect(await claim(2_000)).toEqual(["later.example.com"]);
});

test("a lease hides the issuance until its end; whoever takes it then has a higher fence", async () => {
  await using fleet = await startFleet(postgres);
  await fleet.add([["a.example.com"]]);
  const first = await claimOne(fleet);
  expect(first).toMatchObject({ names: ["a.example.com"], state: { kind: "planned" }, failuresBefore: 0 });
  const end = after(start, lease);
  const request = { limit: 10, lease };
  expect(await claimIssuances(fleet.db, { ...request, now: after(start, milliseconds(lease - 1)) })).toEqual(
    [],
  );
  const [second] = await claimIssuances(fleet.db, { ...request, now: end });
  expect(second?.id).toBe(first.id);
  expect(Number(second?.fence)).toBe(Number(first.fence) + 1);
});

test("what is given back is due at once, unless another has it by now", async () => {
  await using fleet = await startFleet(postgres);
  await fleet.add([["a.example.com"]]);
  const first = await claimOne(fleet);
  await releaseIssuance(fleet.db, { ...first, now: start });
  const second = await claimOne(fleet);
  await releaseIssuance(fleet.db, { ...first, now: start });
  expect(await claimDue(fleet)).toEqual([]);
  await releaseIssuance(fleet.db, { ...second, now: start });
  expect(await claimDue(fleet)).toHaveLength(1);
});

test("a process that is alone takes every lease for over", async () => {
  await using fleet = await startFleet(postgres);
  await fleet.add(numbered(3));
  expect(await claimDue(fleet)).toHaveLength(3);
  await forgetLeases(fleet.db, start);
  expect(await claimDue(fleet)).toHaveLength(3);
});

/** Of issuances and of what is to be planned. */
async function nextDueAt(db: Db): Promise<Instant | null> {
  const { issuanceAt, planningAt } = await readOwed(db, start);
  const dues = [issuanceAt, planningAt].filter((at) => at !== null);
  return dues.length === 0 ? null : instant(Math.min(...dues));
}

test("the next due instant is the earliest of issuances and lineages", async () => {
  await using fleet = await startFleet(postgres);
  expect(await nextDueAt(fleet.db)).toBe(start);
  // The new CA has been looked at.
  await planRound(fleet.db, { limit: 1, now: start });
  expect(await nextDueAt(fleet.db)).toBeNull();
  const later = after(start, seconds(90));
  await fleet.add([["later.example.com"]], later);
  expect(await nextDueAt(fleet.db)).toBe(later);
  await fleet.add([["a.example.com"]]);
  expect(await nextDueAt(fleet.db)).toBe(start);
  await claimOne(fleet);
  expect(await nextDueAt(fleet.db)).toBe(after(start, lease));
});

import { after, days, type EventKind, hours, instant } from "@certmill/domain";
import { sql } from "kysely";
import { afterAll, beforeAll, expect, test } from "vitest";
import { countChanges, listChanges } from "../../src/store/read/changes.ts";
import { type MigratedPostgres, startMigratedPostgres } from "../migrated-postgres.ts";
import { type Fleet, start, startFleet } from "./fleet.ts";

let postgres: MigratedPostgres;
beforeAll(async () => {
  postgres = await startMigratedPostgres();
});
afterAll(() => postgres[Symbol.asyncDispose]());

const since = after(start, days(10));
const until = after(since, days(1));
const filter = { since, until, tenant: null };

/** Adds a domain to which these happen before and within the time that is asked about. */
async function addWith(fleet: Fleet, name: string, ...lives: readonly (readonly EventKind[])[]) {
  await fleet.add([[name]]);
  for (const [life, kinds] of lives.entries())
    for (const [hour, kind] of kinds.entries()) {
      const at = new Date(after(life === 0 ? start : since, hours(hour + 1)));
      const detail = JSON.stringify({ code: "caa", ...(kind === "check.failed" ? { holds: false } : {}) });
      await sql`insert into event (at, kind, lineage_id, detail)
        select ${at}, ${kind}, lineage_id, ${detail}::jsonb from domain where name = ${name}`.execute(
        fleet.db,
      );
    }
}

const stories: readonly (readonly [
  name: string,
  before: readonly EventKind[],
  within: readonly EventKind[],
  change: string | null,
])[] = [
  ["new-and-failing", [], ["issuance.failed", "issuance.failed"], "null → failing: failing"],
  ["new-and-well", [], ["certificate.stored"], null],
  ["renewed", ["certificate.stored"], ["issuance.started", "certificate.stored"], null],
  ["began-to-fail", ["certificate.stored"], ["issuance.failed"], "active → failing: failing"],
  ["fails-on", ["certificate.stored", "issuance.failed"], ["issuance.failed"], null],
  ["fell-and-rose", ["certificate.stored"], ["issuance.failed", "certificate.stored"], null],
  ["healed", ["issuance.failed"], ["issuance.started", "certificate.stored"], "failing → active: healed"],
  ["given-up", ["issuance.failed"], ["issuance.failed", "domain.given-up"], "failing → failed: given-up"],
  ["tried-in-vain", ["domain.given-up"], ["domain.retried", "issuance.failed"], null],
  ["paused", ["certificate.stored"], ["issuance.failed", "domain.paused"], "active → paused: paused"],
  ["moved", ["certificate.stored"], ["check.failed", "domain.moved"], "active → moved: moved"],
  ["came-back", ["domain.moved"], ["domain.returned"], "moved → active: healed"],
  ["removed", ["certificate.stored"], ["domain.removed"], "active → removed: removed"],
  ["looked-at", ["certificate.stored"], ["check.failed"], null],
  ["quiet", ["issuance.failed"], [], null],
];

test("where each stands now beside where it stood, page by page; what came back to its place is left out", async () => {
  await using fleet = await startFleet(postgres);
  for (const [name, before, within] of stories) await addWith(fleet, `${name}.example.com`, before, within);
  const told: (readonly [string | undefined, string])[] = [];
  for (let place: string | null = "0"; place !== null; ) {
    const rows = await listChanges(fleet.db, { filter, change: null, after: place, limit: 2 });
    told.push(...rows.map((row) => [row.names[0], `${row.before} → ${row.after}: ${row.change}`] as const));
    place = rows.at(-1)?.lineage_id ?? null;
  }
  const expected = stories.flatMap(([name, , , change]) =>
    change === null ? [] : [[`${name}.example.com`, change]],
  );
  expect(told).toEqual(expected);
  expect(await countChanges(fleet.db, filter)).toEqual({
    failing: 2,
    healed: 2,
    "given-up": 1,
    paused: 1,
    moved: 1,
    removed: 1,
  });
});

test("only what is asked for: a change, a tenant, a time; with what happened last", async () => {
  await using fleet = await startFleet(postgres);
  for (const [name, before, within] of stories) await addWith(fleet, `${name}.example.com`, before, within);
  const { db } = fleet;
  const [row, ...others] = await listChanges(db, { filter, change: "given-up", after: null, limit: 10 });
  expect(others).toEqual([]);
  expect(row).toMatchObject({
    names: ["given-up.example.com"],
    kind: "domain.given-up",
    detail: { code: "caa" },
  });
  expect(row?.at).toBe(after(since, hours(2)));
  const nobody = await countChanges(db, { ...filter, tenant: "acme" });
  const later = await countChanges(db, { since: until, until: after(until, days(1)), tenant: null });
  expect([nobody, later].flatMap((counts) => Object.values(counts)).every((count) => count === 0)).toBe(true);
  const firstHour = await countChanges(db, { ...filter, until: instant(after(since, hours(1))) });
  expect(firstHour).toMatchObject({ failing: 4, "given-up": 0, healed: 1 });
});

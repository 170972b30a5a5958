import { after, days, endOfWeek, hours, instant, milliseconds } from "@certmill/domain";
import { sql } from "kysely";
import { afterAll, beforeAll, expect, test } from "vitest";
import { tellWeek } from "../../src/store/weekly-report.ts";
import { type MigratedPostgres, startMigratedPostgres } from "../migrated-postgres.ts";
import { type Fleet, startFleet } from "./fleet.ts";

let postgres: MigratedPostgres;
beforeAll(async () => {
  postgres = await startMigratedPostgres();
});
afterAll(() => postgres[Symbol.asyncDispose]());

const monday = { weekday: 1, hour: 7 };

const toldOf = ({ db }: Fleet) =>
  db.selectFrom("event").select(["at", "detail"]).where("kind", "=", "report.weekly").orderBy("id").execute();

test("a week ends at its weekday and hour, and not a moment before", () => {
  const end = instant(Date.parse("2026-11-23T07:00:00Z"));
  expect(endOfWeek(monday, end)).toBe(end);
  expect(endOfWeek(monday, instant(end - 1))).toBe(end - days(7));
  expect(endOfWeek(monday, after(end, milliseconds(days(7) - 1)))).toBe(end);
  for (let weekday = 0; weekday < 7; weekday += 1) {
    const found = new Date(endOfWeek({ weekday, hour: 23 }, end));
    expect([found.getUTCDay(), found.getUTCHours()]).toEqual([weekday, 23]);
  }
});

test("each week is told once by any number of processes, with what fails and what has changed", async () => {
  await using fleet = await startFleet(postgres);
  const { db } = fleet;
  // Not before the row that the migration leaves behind.
  const end = after(endOfWeek(monday, instant(Date.now())), days(7));
  const within = new Date(end - hours(3));
  await fleet.add([["a.example.com", "b.example.com"], ["c.example.com"]]);
  await sql`update lineage set failing_since = ${within}, failure_code = 'caa' where names[1] = 'a.example.com'`.execute(
    db,
  );
  await sql`insert into event (at, kind, lineage_id)
    select ${within}, 'issuance.failed', id from lineage where names[1] = 'a.example.com'`.execute(db);
  const tell = (wait: number) => Promise.all([1, 2, 3].map(() => tellWeek(db, monday, instant(end + wait))));
  expect(await tell(-1)).toEqual([false, false, false]);
  expect((await tell(0)).filter(Boolean)).toEqual([true]);
  expect(await tell(hours(100))).toEqual([false, false, false]);
  // Two weeks in which no process ran: the last of them is told.
  expect((await tell(days(15))).filter(Boolean)).toEqual([true]);
  const [first, second, ...others] = await toldOf(fleet);
  expect(others).toEqual([]);
  expect(first).toEqual({
    at: end,
    detail: {
      since: new Date(end - days(7)).toISOString(),
      until: new Date(end).toISOString(),
      failing: { certificates: 1, domains: 2, renewals: 0 },
      reasons: [{ reason: "caa", certificates: 1, domains: 2, renewals: 0, examples: ["a.example.com"] }],
      changes: { failing: 1, healed: 0, "given-up": 0, paused: 0, moved: 0, removed: 0 },
    },
  });
  expect(second?.detail).toMatchObject({
    until: new Date(end + days(14)).toISOString(),
    failing: { certificates: 1 },
    changes: { failing: 0 },
  });
});

import { type CaStatus, minutes } from "@certmill/domain";
import { sql } from "kysely";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Db } from "../../src/store/database.ts";
import { planRound } from "../../src/store/planning/plan-round.ts";
import { watchStatus } from "../../src/work/status-watch.ts";
import { type MigratedPostgres, startMigratedPostgres } from "../migrated-postgres.ts";
import { SteppedClock } from "../stepped-clock.ts";
import { openSteppedDatabase } from "../stepped-database.ts";
import { start, startFleet } from "../store/fleet.ts";

let postgres: MigratedPostgres;
beforeAll(async () => {
  postgres = await startMigratedPostgres();
});
afterAll(() => postgres[Symbol.asyncDispose]());

const stored = async (db: Db): Promise<unknown> =>
  (await db.selectFrom("ca").select("status_hint").executeTakeFirstOrThrow()).status_hint;

/** Two processes that watch for some minutes; what they did. */
async function watchFor(hosts: readonly string[], says: readonly CaStatus[]) {
  await using fleet = await startFleet(postgres);
  const clock = new SteppedClock();
  await using one = await openSteppedDatabase(fleet.url, clock);
  await using two = await openSteppedDatabase(fleet.url, clock);
  const startedAt = clock.now();
  const reads: string[] = [];
  const changes: string[] = [];
  const read = async (host: string): Promise<CaStatus> => {
    reads.push(`${host} ${(clock.now() - startedAt) / minutes(1)}`);
    return says[reads.length - 1] ?? "fine";
  };
  const onChange = ({ caName, before }: { caName: string; before: CaStatus }, status: CaStatus) =>
    void changes.push(`${caName}: ${before}, ${status}`);
  const watches = [one, two].map(({ db }) => watchStatus({ db, clock, hosts, read, onChange }));
  await clock.until(clock.wait(minutes(says.length * 5 - 1), new AbortController().signal));
  await Promise.all(watches.map((watch) => watch.stop()));
  return { reads, changes, hint: await stored(fleet.db) };
}

test("a page is read every five minutes by one process for all; what it says is stored, a change is told", async () => {
  expect(await watchFor(["ca.test", "other.test"], ["fine", "degraded", "degraded", "down"])).toEqual({
    reads: ["ca.test 0", "ca.test 5", "ca.test 10", "ca.test 15"],
    changes: ["test: fine, degraded", "test: degraded, down"],
    hint: "down",
  });
});

test("a CA whose page is not known is not asked about", async () => {
  expect(await watchFor(["test", "a.test"], ["down", "down"])).toEqual({
    reads: [],
    changes: [],
    hint: "fine",
  });
});

test.each([
  ["degraded", 0, 4],
  ["down", 0, 2],
  ["down", 16, 8],
  ["fine", 0, 8],
] as const)(
  "%s, read %i minutes ago: of 8 orders in flight %i are planned",
  async (status, minutesAgo, planned) => {
    await using fleet = await startFleet(postgres, 8);
    await fleet.add(Array.from({ length: 10 }, (_, n): [string] => [`n${n}.example.com`]));
    const readAt = new Date(start - minutes(minutesAgo));
    await sql`update ca set status_hint = ${status}, status_read_at = ${readAt}`.execute(fleet.db);
    expect(await planRound(fleet.db, { limit: 20, now: start })).toMatchObject({ orders: planned });
  },
);

/** Each event is counted once, however many processes count and wherever one dies. */
import { instant } from "@certmill/domain";
import { sql } from "kysely";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import type { Db } from "../../src/store/database.ts";
import { tallyNext } from "../../src/store/tally.ts";
import { interceptedDb } from "../intercepted-db.ts";
import { type MigratedPostgres, startMigratedPostgres } from "../migrated-postgres.ts";
import { type Fleet, startFleet } from "./fleet.ts";

const now = instant(Date.parse("2026-11-22T12:00:00Z"));

let postgres: MigratedPostgres;
let fleet: Fleet;

beforeAll(async () => {
  postgres = await startMigratedPostgres();
});
afterAll(async () => postgres[Symbol.asyncDispose]());

beforeEach(async () => {
  fleet = await startFleet(postgres);
  return async () => fleet[Symbol.asyncDispose]();
});

const failures = async (count: number): Promise<void> =>
  void (await sql`insert into event (at, kind, detail)
    select ${new Date(now)}, 'issuance.failed', '{"code":"dns"}' from generate_series(1, ${count}::int)`.execute(
    fleet.db,
  ));

const counted = async (): Promise<number> => {
  const { rows } = await sql<{ count: number }>`
    select coalesce(sum(count), 0)::int as count from tally where measure = 'failed'`.execute(fleet.db);
  return rows[0]?.count ?? 0;
};

const countAll = async (db: Db): Promise<void> => {
  while (await tallyNext(db, { limit: 7, now }));
};

test("bit by bit, and again", async () => {
  await failures(50);
  await countAll(fleet.db);
  expect(await counted()).toBe(50);
  await countAll(fleet.db);
  await failures(3);
  await countAll(fleet.db);
  expect(await counted()).toBe(53);
});

test("by several at once", async () => {
  await failures(200);
  await Promise.all(Array.from({ length: 4 }, () => countAll(fleet.db)));
  await countAll(fleet.db);
  expect(await counted()).toBe(200);
});

test("with one that dies before and after it stores", async () => {
  await failures(40);
  for (const when of ["before", "after"] as const) {
    const dying = interceptedDb(fleet.db, async (statement, run) => {
      if (!statement.sql.includes("insert into tally")) return run(statement);
      if (when === "after") await run(statement);
      throw new Error("killed");
    });
    await expect(tallyNext(dying, { limit: 7, now })).rejects.toThrow("killed");
  }
  await countAll(fleet.db);
  expect(await counted()).toBe(40);
});

import { minutes } from "@certmill/domain";
import { sql } from "kysely";
import { expect, test } from "vitest";
import { until } from "../../../../tools/peers/until.ts";
import type { Db } from "../../src/store/database.ts";
import { tablesToVacuum } from "../../src/store/vacuum.ts";
import { watchTables } from "../../src/work/vacuum-watch.ts";
import { openEmbeddedCopy } from "../embedded-template.ts";
import { FastClock } from "../fast-clock.ts";

/** What a session has counted is in the tables of statistics with its next statement. */
const flush = (db: Db) => sql`select pg_stat_force_next_flush()`.execute(db);

test("a table that much was changed in is cleaned, and its rows are counted; one that rests is left alone", async () => {
  await using database = await openEmbeddedCopy();
  const { db } = database;
  expect(await tablesToVacuum(db)).toEqual([]);
  await sql`insert into tenant (name, created_at) select 'tenant-' || n, now() from generate_series(1, 300) n`.execute(
    db,
  );
  await sql`insert into edge_group (name, created_at) values ('east', now())`.execute(db);
  await sql`delete from tenant where id % 3 = 0`.execute(db);
  await flush(db);
  expect(await tablesToVacuum(db)).toEqual(["tenant"]);

  const errors: unknown[] = [];
  const onError = (error: unknown) => void errors.push(error);
  const watch = watchTables({ db, clock: new FastClock(1), lookEvery: minutes(10), onError });
  const seen = async () => {
    await flush(db);
    const { rows } = await sql<{ name: string; rows: number; dead: string }>`
      select stat.relname as name, reltuples as rows, n_dead_tup as dead
      from pg_stat_user_tables stat join pg_class on pg_class.oid = relid where vacuum_count > 0`.execute(db);
    return rows;
  };
  await until({
    what: "the table to be cleaned",
    probe: async () => (await seen()).length > 0,
    within: 30_000,
  });
  await watch.stop();
  expect(await seen()).toEqual([{ name: "tenant", rows: 200, dead: "0" }]);
  expect(await tablesToVacuum(db)).toEqual([]);
  expect(errors).toEqual([]);
});

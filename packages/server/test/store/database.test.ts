import { setImmediate as nextTurn } from "node:timers/promises";
import { instant } from "@certmill/domain";
import { sql } from "kysely";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Database, openDatabase, timestamp } from "../../src/store/database.ts";
import { isDatabaseAway } from "../../src/store/database-away.ts";
import { checkDatabase, DatabaseUnusable, placeOf } from "../../src/store/database-unusable.ts";
import { readDatabaseState } from "../../src/store/read/examination.ts";
import { openEmbeddedCopy } from "../embedded-template.ts";
import { type MigratedPostgres, startMigratedPostgres } from "../migrated-postgres.ts";

let postgres: MigratedPostgres;

beforeAll(async () => {
  postgres = await startMigratedPostgres();
});
afterAll(async () => postgres[Symbol.asyncDispose]());

const open = (url: string): Promise<Database> => openDatabase({ kind: "postgresql", url, connections: 3 });

/** As a restart of the server does, to every connection of the database but the one it is asked over. */
const cutAll = ({ db }: Database): Promise<unknown> =>
  sql`select pg_terminate_backend(pid) from pg_stat_activity
    where datname = current_database() and pid <> pg_backend_pid()`.execute(db);

test("a connection cut in the middle of a transaction is that transaction's error and no other's", async () => {
  await using copy = await postgres.copy();
  await using database = await open(copy.url);
  await using other = await open(copy.url);
  const transaction = database.db.transaction().execute(async (trx) => {
    await sql`select 1`.execute(trx);
    await cutAll(other);
    // The cut is heard of while no statement runs.
    for (let turn = 0; turn < 50; turn++) await nextTurn();
    await sql`select 2`.execute(trx);
  });
  const error = await transaction.then(
    () => null,
    (thrown: unknown) => thrown,
  );
  expect(isDatabaseAway(error)).toBe(true);
  const { rows } = await sql<{ one: number }>`select 1 as one`.execute(database.db);
  expect(rows).toEqual([{ one: 1 }]);
});

test("a connection cut under a statement is that statement's error", async () => {
  await using copy = await postgres.copy();
  await using database = await open(copy.url);
  await using other = await open(copy.url);
  const sleeping = database.db.transaction().execute((trx) => sql`select pg_sleep(30)`.execute(trx));
  const failed = sleeping.then(
    () => null,
    (thrown: unknown) => thrown,
  );
  for (;;) {
    const { rows } =
      await sql`select 1 from pg_stat_activity where datname = current_database() and query like 'select pg_sleep%' and state = 'active'`.execute(
        other.db,
      );
    if (rows.length > 0) break;
  }
  await cutAll(other);
  expect(isDatabaseAway(await failed)).toBe(true);
  await sql`select 1`.execute(database.db);
});

test("instants come back as they were written, to the millisecond; ids stay decimal strings", async () => {
  await using copy = await postgres.copy();
  await using server = await open(copy.url);
  await using embedded = await openDatabase({ kind: "embedded", directory: null });
  for (const { db } of [server, embedded]) {
    for (const text of ["2026-11-22T17:46:00.123Z", "1999-12-31T23:59:59.999Z", "2026-03-29T01:30:00.000Z"]) {
      const at = instant(Date.parse(text));
      const { rows } = await sql`
        select ${timestamp(at)}::timestamptz as at, 9007199254740993::bigint as id`.execute(db);
      expect(rows).toEqual([{ at, id: "9007199254740993" }]);
    }
  }
});

test("the embedded database takes little memory for itself", async () => {
  await using embedded = await openEmbeddedCopy();
  const { rows } = await sql<{ shared_buffers: string }>`show shared_buffers`.execute(embedded.db);
  expect(rows).toEqual([{ shared_buffers: "32MB" }]);
});

test("a notification is heard by all that listen, and after a lost connection again", async () => {
  await using copy = await postgres.copy();
  await using database = await open(copy.url);
  await using other = await open(copy.url);
  const heard = [Promise.withResolvers<string>(), Promise.withResolvers<string>()];
  for (const each of heard) await database.listen("certmill_challenge", each.resolve);
  await sql`select pg_notify('certmill_challenge', 'one')`.execute(other.db);
  expect(await Promise.all(heard.map(({ promise }) => promise))).toEqual(["one", "one"]);

  const again = Promise.withResolvers<string>();
  await database.listen("certmill_feed", again.resolve);
  await cutAll(other);
  for (let said = false; !said; ) {
    await sql`select pg_notify('certmill_feed', 'two')`.execute(other.db);
    said = await Promise.race([again.promise.then(() => true), nextTurn(false)]);
  }
  expect(await again.promise).toBe("two");
});

test("a database that is away is told with its place and never its password", async () => {
  const url = "postgresql://certmill:s3cret@127.0.0.1:1/fleet";
  await using database = await open(url);
  const told = checkDatabase(database.db, placeOf(url));
  await expect(told).rejects.toThrow(DatabaseUnusable);
  await expect(told).rejects.toThrow(/127\.0\.0\.1:1\/fleet.*ECONNREFUSED/);
  await expect(told).rejects.not.toThrow(/s3cret/);
});

test("its state is told: connections, and by how much its clock is ahead of ours", async () => {
  await using copy = await postgres.copy();
  await using database = await open(copy.url);
  const anHourAgo = () => instant(Date.now() - 3_600_000);
  const { roundTrip, clockAhead, connections } = await readDatabaseState(
    database.db,
    "postgresql",
    anHourAgo,
  );
  expect(roundTrip).toBeGreaterThan(0);
  expect(Math.abs(clockAhead - 3_600_000)).toBeLessThan(60_000);
  expect(connections?.used).toBeGreaterThanOrEqual(1);
  expect(connections?.most).toBeGreaterThan(connections?.used ?? 0);
});

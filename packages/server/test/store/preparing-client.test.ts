import { sql } from "kysely";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Database, openDatabase } from "../../src/store/database.ts";
import { type MigratedPostgres, startMigratedPostgres } from "../migrated-postgres.ts";

let postgres: MigratedPostgres;

beforeAll(async () => {
  postgres = await startMigratedPostgres();
});
afterAll(async () => postgres[Symbol.asyncDispose]());

/** With one connection, so that all that is asked is asked over it. */
const open = (url: string): Promise<Database> => openDatabase({ kind: "postgresql", url, connections: 1 });

const double = async ({ db }: Database, value: number): Promise<number | undefined> => {
  const { rows } = await sql<{ doubled: number }>`select ${value}::int * 2 as doubled`.execute(db);
  return rows[0]?.doubled;
};

async function prepared({ db }: Database): Promise<readonly string[]> {
  const { rows } = await sql<{ statement: string }>`select statement from pg_prepared_statements`.execute(db);
  return rows.map(({ statement }) => statement);
}

test("what comes again is prepared, what comes a few times is not; each is given its own values", async () => {
  await using copy = await postgres.copy();
  await using database = await open(copy.url);
  for (let value = 0; value < 4; value += 1) expect(await double(database, value)).toBe(value * 2);
  expect(await prepared(database)).toEqual([]);
  for (let value = 0; value < 20; value += 1) expect(await double(database, value)).toBe(value * 2);
  expect(await prepared(database)).toEqual(["select $1::int * 2 as doubled"]);
});

test("texts without end are not kept", async () => {
  await using copy = await postgres.copy();
  await using database = await open(copy.url);
  for (let text = 0; text < 250; text += 1) {
    const add = sql`select ${text % 7}::int + ${sql.lit(text)} as sum`;
    for (let time = 0; time < 6; time += 1) await add.execute(database.db);
  }
  expect(await prepared(database)).toHaveLength(200);
});

test("a failure is the statement's own, and it may come again", async () => {
  await using copy = await postgres.copy();
  await using database = await open(copy.url);
  const divide = (by: number) => sql<{ part: number }>`select 12 / ${by}::int as part`.execute(database.db);
  for (let time = 0; time < 8; time += 1) {
    await expect(divide(0)).rejects.toMatchObject({ code: "22012" });
    expect((await divide(4)).rows).toEqual([{ part: 3 }]);
  }
});

test("columns that a migration changes cost one call", async () => {
  await using copy = await postgres.copy();
  await using database = await open(copy.url);
  await using migrating = await open(copy.url);
  const read = () => sql`select * from tenant where name = ${"nobody"}`.execute(database.db);
  for (let time = 0; time < 6; time += 1) await read();
  await sql`alter table tenant add column colour text`.execute(migrating.db);
  await expect(read()).rejects.toMatchObject({ code: "0A000" });
  for (let time = 0; time < 6; time += 1) expect((await read()).rows).toEqual([]);
});

import { sql } from "kysely";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Db, openDatabase } from "../../src/store/database.ts";
import { isMigrated, migrate, SchemaMismatch } from "../../src/store/migrate.ts";
import { type MigratedPostgres, startMigratedPostgres } from "../migrated-postgres.ts";

let postgres: MigratedPostgres;

beforeAll(async () => {
  postgres = await startMigratedPostgres();
});
afterAll(async () => postgres[Symbol.asyncDispose]());

const open = (url: string) => openDatabase({ kind: "postgresql", url, connections: 2 });

test("processes that start together bring the schema once", async () => {
  await using empty = await postgres.empty();
  await using one = await open(empty.url);
  await using two = await open(empty.url);
  const outcomes = await Promise.all([one, two, one, two].map(({ db }) => migrate(db)));
  const applied = outcomes.flatMap((outcome) => outcome.applied);
  expect(applied).toContain("0001-first.sql");
  expect(new Set(applied).size).toBe(applied.length);
  expect(await isMigrated(one.db)).toBe(true);
});

const refused = async (change: (db: Db) => Promise<unknown>): Promise<unknown> => {
  await using copy = await postgres.copy();
  await using database = await open(copy.url);
  await change(database.db);
  return await migrate(database.db).then(
    () => null,
    (error: unknown) => error,
  );
};

test("a database of a newer program is refused, and told how to go on", async () => {
  const error = await refused((db) =>
    sql`insert into migration (name, hash) values ('9999-next.sql', 'x')`.execute(db),
  );
  expect(error).toBeInstanceOf(SchemaMismatch);
  expect(error).toMatchObject({ code: "schema-mismatch", message: expect.stringContaining("9999-next.sql") });
});

test("a database whose migration was another text is refused", async () => {
  const error = await refused((db) => sql`update migration set hash = 'x'`.execute(db));
  expect(error).toBeInstanceOf(SchemaMismatch);
  expect(error).toMatchObject({ message: expect.stringContaining("0001-first.sql") });
});

test("a schema that is behind is not ready", async () => {
  await using copy = await postgres.copy();
  await using database = await open(copy.url);
  await sql`delete from migration`.execute(database.db);
  expect(await isMigrated(database.db)).toBe(false);
});

import { sql } from "kysely";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Database, Db } from "../../src/store/database.ts";
import { openEmbeddedCopy } from "../embedded-template.ts";

let database: Database;
let db: Db;

beforeAll(async () => {
  database = await openEmbeddedCopy();
  db = database.db;
});
afterAll(async () => database.close());

async function prepared(): Promise<readonly string[]> {
  const { rows } = await sql<{ statement: string }>`select statement from pg_prepared_statements`.execute(db);
  return rows.map(({ statement }) => statement);
}

async function rowsOf(
  statement: ReturnType<typeof sql>,
  times: number,
  of = db,
): Promise<readonly unknown[]> {
  const all: unknown[] = [];
  for (let time = 0; time < times; time += 1) all.push((await statement.execute(of)).rows);
  return all;
}

test("what comes again is prepared, and answers as it did before", async () => {
  const of = (value: number | null) => sql`
    select ${value}::int * 2 as doubled, ${["a", 'b"', null]}::text[] as texts, ${[1, 2]}::bigint[] as ids,
      ${JSON.stringify({ a: [1] })}::jsonb as json, ${Buffer.from([0, 255])}::bytea as bytes,
      ${new Date(1_700_000_000_123)}::timestamptz as at, ${true}::boolean as yes, ${"9007199254740993"}::bigint as big`;
  const [first] = await rowsOf(of(21), 1);
  expect(first).toMatchObject([{ doubled: 42, texts: ["a", 'b"', null], at: 1_700_000_000_123, yes: true }]);
  expect(await prepared()).toEqual([]);
  for (const rows of await rowsOf(of(21), 15)) expect(rows).toEqual(first);
  expect((await of(null).execute(db)).rows).toMatchObject([{ doubled: null }]);
  expect(await prepared()).toEqual([expect.stringContaining("as doubled")]);
});

test("within a transaction, and what is undone is undone", async () => {
  const insert = (name: string) => sql`insert into tenant (name, created_at) values (${name}, now())`;
  const names = async () =>
    (await sql<{ name: string }>`select name from tenant order by name`.execute(db)).rows.map(
      ({ name }) => name,
    );
  for (let time = 0; time < 10; time += 1) {
    const doing = db.transaction().execute(async (trx) => {
      const { numAffectedRows } = await insert(`tenant-${time}`).execute(trx);
      expect(numAffectedRows).toBe(1n);
      if (time % 2 === 1) throw new Error("undone");
    });
    if (time % 2 === 1) await expect(doing).rejects.toThrow("undone");
    else await doing;
  }
  expect(await names()).toEqual(["tenant-0", "tenant-2", "tenant-4", "tenant-6", "tenant-8"]);
});

test("a failure is the statement's own: alone, in a transaction, and of a text that is no statement", async () => {
  const divide = (by: number) => sql<{ part: number }>`select 12 / ${by}::int as part`;
  const wrong = sql`select ${1}::int from nowhere`;
  for (let time = 0; time < 8; time += 1) {
    await expect(divide(0).execute(db)).rejects.toMatchObject({ code: "22012" });
    await expect(wrong.execute(db)).rejects.toMatchObject({ code: "42P01" });
    expect((await divide(4).execute(db)).rows).toEqual([{ part: 3 }]);
    await expect(db.transaction().execute((trx) => divide(0).execute(trx))).rejects.toMatchObject({
      code: "22012",
    });
  }
});

test("columns that a migration changes cost one call", async () => {
  const read = () => sql`select * from tenant where name = ${"nobody"}`.execute(db);
  for (let time = 0; time < 6; time += 1) await read();
  await sql`alter table tenant add column colour text`.execute(db);
  await expect(read()).rejects.toMatchObject({ code: "0A000" });
  for (let time = 0; time < 6; time += 1) expect((await read()).rows).toEqual([]);
});

test("a plan that was made for an empty table is made anew when it has grown", async () => {
  // How many statements it has run says when.
  await using own = await openEmbeddedCopy();
  await sql`create table heap (id int primary key)`.execute(own.db);
  // PostgreSQL expects one of 200 to be so, of as many as it believes to be there.
  const find = sql`select id, ${1}::int as one from heap where id % 1000 = 0`;
  const expected = async () => {
    await rowsOf(find, 20, own.db);
    const { rows } = await sql<{ name: string }>`
      select name from pg_prepared_statements where statement like '%from heap%' and generic_plans > 0`.execute(
      own.db,
    );
    const explain = sql`explain (format json) execute ${sql.id(rows[0]?.name ?? "")} (1)`;
    const [row] = (await explain.execute(own.db)).rows as {
      "QUERY PLAN": { Plan: { "Plan Rows": number } }[];
    }[];
    return row?.["QUERY PLAN"][0]?.Plan["Plan Rows"];
  };
  const ofNone = await expected();
  expect(ofNone).toBeLessThan(20);
  await sql`insert into heap select generate_series(1, 50000)`.execute(own.db);
  // PostgreSQL would keep it.
  expect(await expected()).toBe(ofNone);
  for (let time = 0; time < 1_000; time += 1) await sql`select ${time}::int`.execute(own.db);
  expect(await expected()).toBeGreaterThan(200);
});

test("texts without end are not kept", async () => {
  for (let text = 0; text < 250; text += 1) {
    const add = sql`select ${text % 7}::int + ${sql.lit(text)} as sum`;
    for (let time = 0; time < 6; time += 1) await add.execute(db);
  }
  expect((await prepared()).length).toBeLessThanOrEqual(200);
});

test.each(["one after the other", "in one transaction", "all wanted at once"])(
  "statements, %s, give the process's other work its turns",
  async (how) => {
    const busy = (of: Db) => sql`select count(*) from generate_series(1, 20000)`.execute(of);
    let turns = 0;
    let running = true;
    const turn = () => {
      turns += 1;
      if (running) setImmediate(turn);
    };
    setImmediate(turn);
    if (how === "all wanted at once") await Promise.all(Array.from({ length: 100 }, () => busy(db)));
    else if (how === "one after the other") for (let time = 0; time < 100; time += 1) await busy(db);
    else
      await db.transaction().execute(async (trx) => {
        for (let time = 0; time < 100; time += 1) await busy(trx);
      });
    running = false;
    expect(turns).toBeGreaterThan(5);
  },
);

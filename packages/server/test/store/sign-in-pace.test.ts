/** How many of many attempts at once are let through, and when the next is. */
import { hours, instant, minutes } from "@certmill/domain";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Database, openDatabase } from "../../src/store/database.ts";
import { migrate } from "../../src/store/migrate.ts";
import { countAttempt } from "../../src/store/write/sign-in-pace.ts";

let database: Database;
beforeAll(async () => {
  database = await openDatabase({ kind: "embedded", directory: null });
  await migrate(database.db);
});
afterAll(() => database.close());

const start = instant(Date.parse("2026-11-22T12:00:00Z"));
const limit = { burst: 3, count: 1, period: minutes(1) };
const keyOf = (text: string): Uint8Array => Buffer.from(text);
const attempt = (key: string, now = start) => countAttempt(database.db, [{ key: keyOf(key), limit }], now);

test("of many at once the burst is let through; the next at the time that the others are told", async () => {
  const attempts = await Promise.all(Array.from({ length: 8 }, () => attempt("many")));
  expect(attempts.filter(({ kind }) => kind === "allowed")).toHaveLength(3);
  const retryAt = instant(start + minutes(1));
  expect(attempts.filter(({ kind }) => kind === "too-many")).toEqual(
    Array.from({ length: 5 }, () => ({ kind: "too-many", retryAt })),
  );
  expect((await attempt("many", instant(retryAt - 1))).kind).toBe("too-many");
  expect((await attempt("many", retryAt)).kind).toBe("allowed");
  expect((await attempt("other")).kind).toBe("allowed");
});

test("what is full again is forgotten, so that invented names do not stay", async () => {
  await attempt("invented");
  await attempt("other", instant(start + hours(1)));
  const rows = await database.db.selectFrom("sign_in_pace").select("key").execute();
  expect(rows.map(({ key }) => Buffer.from(key).toString())).toEqual(["other"]);
});

test("one that is refused at the first counts nothing at the second", async () => {
  const both = [
    { key: keyOf("address"), limit: { ...limit, burst: 1 } },
    { key: keyOf("name"), limit: { ...limit, burst: 2 } },
  ];
  const kinds = [];
  for (let tries = 0; tries < 4; tries += 1) kinds.push((await countAttempt(database.db, both, start)).kind);
  expect(kinds).toEqual(["allowed", "too-many", "too-many", "too-many"]);
  expect((await countAttempt(database.db, [both[1] as (typeof both)[0]], start)).kind).toBe("allowed");
});

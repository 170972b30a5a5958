/** The first start on an empty database, cut off at its statements. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { openDatabase } from "../../packages/server/src/store/database.ts";
import { isMigrated } from "../../packages/server/src/store/migrate.ts";
import { FastClock } from "../../packages/server/test/fast-clock.ts";
import {
  type MigratedPostgres,
  startMigratedPostgres,
} from "../../packages/server/test/migrated-postgres.ts";
import { configFor } from "./config-for.ts";
import { dieEverywhere } from "./every-death.ts";
import { live } from "./incarnation.ts";
import { type Death, Mortal } from "./mortal.ts";
import { startStaticRule } from "./static-rule.ts";

let postgres: MigratedPostgres;

beforeAll(async () => {
  postgres = await startMigratedPostgres();
});
afterAll(async () => postgres[Symbol.asyncDispose]());

async function twoStarts(death: Death | null) {
  await using empty = await postgres.empty();
  await using rule = await startStaticRule();
  const place = { kind: "postgresql", url: empty.url, connections: 4 } as const;
  const [first, second] = [new Mortal(death), new Mortal(null)];
  for (const mortal of [first, second]) {
    const done = async (): Promise<void> => {};
    await live({ config: configFor(place), clock: new FastClock(1), mortal, rule, done });
  }
  await using database = await openDatabase(place);
  expect(await isMigrated(database.db)).toBe(true);
  const tokens = await database.db.selectFrom("token").select(["name", "scope"]).execute();
  expect(tokens).toEqual([{ name: "bootstrap", scope: "admin" }]);
  const installations = await database.db.selectFrom("installation").select("id").execute();
  expect(installations).toHaveLength(1);
  return { diedAt: first.lastCall, calls: first.calls };
}

test("the next start brings the schema and the first token", async ({ annotate }) => {
  const { calls } = await twoStarts(null);
  expect(calls, "statements of a first start").toBeGreaterThan(40);
  const died = await dieEverywhere({ calls, atOnce: 4, effects: "by-turns", step: 12 }, twoStarts);
  await annotate(`${died} processes died, at every 12th of ${calls} calls`);
  expect(died).toBeGreaterThan(calls / 12 - 1);
});

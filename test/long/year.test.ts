/** A small fleet left alone for seventy-two days, by the whole system in virtual time: what no test of an hour can show. */
import { days, minutes } from "@certmill/domain";
import { afterAll, beforeAll, expect, test } from "vitest";
import { simulateYear } from "../../bench/year/by-rules/simulate-year.ts";
import type { Life } from "../../bench/year/life.ts";
import { runYear } from "../../bench/year/run-year.ts";
import { type Postgres, startPostgres } from "../../tools/peers/postgres.ts";

let postgres: Postgres;

beforeAll(async () => {
  postgres = await startPostgres({ durability: "none" });
});
afterAll(async () => postgres[Symbol.asyncDispose]());

test("DNS breaks and heals: nothing ends that could have been renewed, and no limit is held against renewals", async () => {
  const year = { seed: 23_486, length: days(72), domains: 4 };
  const databaseUrl = await postgres.createDatabase();
  const { outcome, stories, lives } = await runYear({ ...year, databaseUrl, workers: 0, tell: () => {} });
  const seen = `seed ${year.seed}: ${JSON.stringify(outcome)}`;
  const broken = stories.filter(({ spells }) => spells.length > 0);
  expect(broken.length, seen).toBeGreaterThan(1);
  const { avoidableExpiries, forgotten, paused, refusals } = outcome;
  expect({ avoidableExpiries, forgotten, paused, refusals }, seen).toEqual({
    avoidableExpiries: 0,
    forgotten: 0,
    paused: 0,
    refusals: 0,
  });
  expect(outcome.renewalsInPeace, seen).toBeGreaterThan(1);
  expect(outcome.exemptInPeace, seen).toBe(outcome.renewalsInPeace);
  expect(outcome.exemptOrdersOfCa, seen).toBe(outcome.exemptOrdersOfOurs);
  expect(outcome.failedTriesMost, seen).toBeLessThanOrEqual(1);
  // What hundreds of domains are simulated with (simulated-year.test.ts) decides as all of this does.
  const simulated = await simulateYear(year, () => {});
  expect(toldOf(simulated.lives), seen).toEqual(toldOf(lives));
});

/** To the minute, rounded: what is between the rules takes seconds. */
const toldOf = (lives: readonly Life[]): readonly string[] =>
  lives
    .map(({ story, tries }) => {
      const told = tries.map(({ endedAt, failureCode, replaces }) =>
        [Math.round((endedAt ?? 0) / minutes(2)), failureCode ?? "issued", replaces].join(" "),
      );
      return `${story.names[0]}: ${told.join(", ")}`;
    })
    .toSorted();

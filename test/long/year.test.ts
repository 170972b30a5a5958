/** A small fleet left alone for seventy-two days, by the whole system in virtual time: what no test of an hour can show. */
import { days, minutes } from "@certmill/domain";
import { afterAll, beforeAll, expect, test } from "vitest";
import { simulateYear } from "../../bench/year/by-rules/simulate-year.ts";
import type { Life } from "../../bench/year/life.ts";
import { runYear } from "../../bench/year/run-year.ts";
import { type Postgres, startPostgres } from "../../tools/peers/postgres.ts";
import { expectWell } from "./expect-well.ts";

let postgres: Postgres;

beforeAll(async () => {
  postgres = await startPostgres({ durability: "none", access: "socket" });
});
afterAll(async () => postgres[Symbol.asyncDispose]());

test("DNS breaks and heals: nothing ends that could have been renewed, and no limit is held against renewals", async () => {
  const year = { seed: 23_486, length: days(72), domains: 4 };
  const databaseUrl = await postgres.createDatabase();
  const { outcome, stories, lives } = await runYear({ ...year, databaseUrl, workers: 0, tell: () => {} });
  const seen = `seed ${year.seed}: ${JSON.stringify(outcome)}`;
  const broken = stories.filter(({ spells }) => spells.length > 0);
  expect(broken.length, seen).toBeGreaterThan(1);
  expectWell(outcome, seen);
  expect(outcome.renewalsInPeace, seen).toBeGreaterThan(1);
  // What hundreds of domains are simulated with (simulated-year.test.ts) decides as all of this does.
  const simulated = await simulateYear(year, () => {});
  const [ofRules, ofAll] = [triesOf(simulated.lives), triesOf(lives)];
  expect(
    ofRules.map(({ told }) => told),
    seen,
  ).toEqual(ofAll.map(({ told }) => told));
  for (const [index, { told, at }] of ofRules.entries())
    expect(Math.abs(at - (ofAll[index]?.at ?? 0)), told).toBeLessThan(apart);
});

/** What is between the rules takes seconds, which add up from one try to the next. */
const apart = minutes(2);

const triesOf = (lives: readonly Life[]) =>
  lives
    .toSorted((a, b) => (a.story.names[0] < b.story.names[0] ? -1 : 1))
    .flatMap(({ story, tries }) =>
      tries.map(({ endedAt, failureCode, replaces }, index) => ({
        told: `${story.names[0]}, try ${index + 1}: ${failureCode ?? "issued"}${replaces ? ", as a renewal" : ""}`,
        at: Number(endedAt),
      })),
    );

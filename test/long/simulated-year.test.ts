/** A year of a fleet by our rules in memory: hundreds of domains where year.test.ts has the whole system for a few. */
import { days } from "@certmill/domain";
import { expect, test } from "vitest";
import { simulateYear } from "../../bench/year/by-rules/simulate-year.ts";
import { expectWell } from "./expect-well.ts";

test("in a year nothing ends that could have been renewed, no renewal meets a limit, nobody is paused", async () => {
  const year = { seed: 34, length: days(365), domains: 400 };
  const { outcome, stories } = await simulateYear(year, () => {});
  const seen = `seed ${year.seed}: ${JSON.stringify({ ...outcome, mended: [], mendedUnasked: [], atOnce: [] })}`;
  expect(new Set(stories.map(({ kind }) => kind)).size, seen).toBe(5);
  expectWell(outcome, seen);
  expect(outcome.renewals, seen).toBeGreaterThan(1_000);
  expect(outcome.failedTriesMost, seen).toBe(1);
  expect(outcome.mended.length, seen).toBeGreaterThan(20);
});

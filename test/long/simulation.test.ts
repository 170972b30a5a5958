/** Ninety days of the whole scenario order by order, a hundred times smaller: the list, customers, renewals, bad weather. */
import { hours } from "@certmill/domain";
import { expect, test } from "vitest";
import { plannedDays } from "../../bench/simulate/plan-scenario.ts";
import { simulateScenario } from "../../bench/simulate/simulate-scenario.ts";
import { fullScenario, scaled } from "../../bench/virtual/scenario.ts";

const scenario = scaled(fullScenario, 100);

test("5,000 domains in 90 days: all that can be enrolled is, nothing ends, no limit is hit that we could know", async () => {
  const { byDay, ...outcome } = await simulateScenario(scenario);
  const planned = plannedDays(scenario, "weather") ?? Number.NaN;
  const seen = `seed ${scenario.seed}, planned ${planned} days: ${JSON.stringify(outcome)}`;
  expect(outcome.domains, seen).toBe(5_000);
  expect(outcome.issuable, seen).toBeGreaterThan(4_500);
  const { avoidableRefusals, enrolled, expired, starved } = outcome;
  expect({ avoidableRefusals, enrolled, expired, starved }, seen).toEqual({
    avoidableRefusals: 0,
    enrolled: outcome.issuable,
    expired: 0,
    starved: 0,
  });
  expect(outcome.budgetUsed, seen).toBeGreaterThan(0.98);
  expect(Math.abs(outcome.days - planned) / planned, seen).toBeLessThan(0.03);
  expect(byDay.at(-1)?.covered, seen).toBe(enrolled);
});

test("the same in calm weather is done as planned, within a hundredth", async () => {
  const smaller = scaled(fullScenario, 200);
  const never = { from: smaller.length, length: hours(1) };
  const calm = { ...smaller, outage: never, storm: never };
  const outcome = await simulateScenario(calm);
  const planned = plannedDays(calm, "none") ?? Number.NaN;
  const seen = `seed ${calm.seed}, planned ${planned} days, done after ${outcome.days}`;
  expect(outcome.refusals, seen).toEqual({});
  expect(Math.abs(outcome.days - planned) / planned, seen).toBeLessThan(0.01);
});

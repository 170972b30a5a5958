import { expect } from "vitest";
import type { YearOutcome } from "../../bench/year/outcome.ts";

/** What every year has to come to, whoever runs it. @param seen told with what is not so. */
export function expectWell(outcome: YearOutcome, seen: string): void {
  const { avoidableExpiries, forgotten, paused, refusals } = outcome;
  expect({ avoidableExpiries, forgotten, paused, refusals }, seen).toEqual({
    avoidableExpiries: 0,
    forgotten: 0,
    paused: 0,
    refusals: 0,
  });
  expect(outcome.exemptInPeace, seen).toBe(outcome.renewalsInPeace);
  expect(outcome.exemptOrdersOfCa, seen).toBe(outcome.exemptOrdersOfOurs);
  expect(outcome.failedTriesMost, seen).toBeLessThanOrEqual(1);
}

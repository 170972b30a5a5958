import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { after, between, days, hours, instant, minutes } from "../time/instant.ts";
import type { Evidence } from "./judge-name.ts";
import { afterCheck, type CheckDecision, type CheckMemory, noChecks, recheckSteps } from "./recheck.ts";

const start = instant(Date.parse("2026-11-22T12:00:00Z"));

/** Checks at each time they fall due. */
function follow(evidence: (index: number) => Evidence, checks: number): CheckDecision[] {
  let memory: CheckMemory = noChecks;
  let now = start;
  return Array.from({ length: checks }, (_, index) => {
    const decision = afterCheck(memory, evidence(index), now);
    memory = decision;
    // An order that is made anyway fails, and is due again after an hour.
    now = decision.recheckAt ?? after(now, hours(1));
    return decision;
  });
}

describe("afterCheck", () => {
  test("the schedule is the published one, and goes on every four hours", () => {
    const waits = follow(() => "dns", 12)
      .filter(({ order }) => !order)
      .map(({ failing, recheckAt, failingSince }) => ({ failing, recheckAt, failingSince }));
    let due = start;
    for (const [index, { recheckAt }] of waits.entries()) {
      const step = recheckSteps[Math.min(index, recheckSteps.length - 1)] ?? minutes(0);
      expect(recheckAt).toBe(after(due, step));
      due = recheckAt ?? due;
    }
    expect(recheckSteps.slice(0, 4)).toEqual([1, 2, 5, 10].map(minutes));
    expect(recheckSteps.at(-1)).toBe(hours(4));
  });

  test("what turns right is ordered at once, and all is forgotten", () => {
    const decisions = follow((index) => (index < 5 ? "dns" : "none"), 6);
    expect(decisions.at(-1)).toEqual({ ...noChecks, order: true, recheckAt: null });
  });

  test("a probe that fails alone holds an order for minutes only", () => {
    const ordered = follow(() => "probe", 10).findIndex(({ order }) => order);
    expect(ordered).toBe(4);
  });

  test("DNS that is wrong holds an order for a day, whatever the probe said before", () => {
    const decisions = follow((index) => (index === 0 ? "probe" : "dns"), 30);
    const first = decisions.find(({ order }) => order);
    expect(between(start, first?.orderedAnywayAt ?? start)).toBeGreaterThanOrEqual(days(1));
  });

  test("however checks fail, an order is made anyway again and again, and at most once a day", () => {
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom<Evidence>("probe", "dns"), { minLength: 60, maxLength: 60 }),
        (kinds) => {
          const orders = follow((index) => kinds[index] ?? "dns", kinds.length)
            .filter(({ order }) => order)
            .map(({ orderedAnywayAt }) => orderedAnywayAt ?? start);
          expect(orders.length).toBeGreaterThan(1);
          for (const [index, at] of orders.entries()) {
            const before = orders[index - 1];
            if (before !== undefined) expect(between(before, at)).toBeGreaterThanOrEqual(days(1));
          }
        },
      ),
    );
  });
});

import { planAlone, summaryOfCount } from "@certmill/domain";
import { expect, test } from "vitest";
import { simulatePlan } from "./simulate-plan.ts";

const now = "2027-01-01T00:00:00.000Z";
const { signal } = new AbortController();

/** 200 domains that are all right, at Let's Encrypt's 300 orders in 3 hours. */
async function enrol(ordersSpent: number) {
  const wish = {
    list: summaryOfCount(200),
    failing: { never: 0, later: 0, laterAfterDays: 0 },
    cas: [{ name: "le", limits: "letsencrypt", weight: 1, ordersSpent }],
  } as const;
  const plan = planAlone(wish, now);
  return { plan, simulation: await simulatePlan({ wish, plan, now, seed: 1, signal }) };
}

test("of orders that are spent, ours and the CA's count are the same: no request is refused", async () => {
  const { plan, simulation } = await enrol(300);
  expect(plan.assumed.cas).toMatchObject([{ name: "le", ordersSpent: 300 }]);
  expect(simulation).toMatchObject({ enrolled: 200, refusals: {} });
  // An order in 36 seconds.
  expect(simulation.days).toBeGreaterThan(200 / 2_400 - 0.01);
  expect(Math.abs(simulation.days - plan.enrolment.days)).toBeLessThan(0.02);
});

test("with all of them there, it is done in minutes", async () => {
  const { simulation } = await enrol(0);
  expect(simulation).toMatchObject({ enrolled: 200, refusals: {} });
  expect(simulation.days).toBeLessThan(0.03);
});

import { type PlanWish, planAlone, summaryOfCount } from "@certmill/domain";
import { expect, test } from "vitest";
import { simulatePlan } from "./simulate-plan.ts";

const now = "2027-01-01T00:00:00.000Z";
const { signal } = new AbortController();

/** 200 domains that are all right, at Let's Encrypt's 300 orders in 3 hours. */
async function enrol(ordersSpent: number, more: Partial<PlanWish> = {}) {
  const wish = {
    list: summaryOfCount(200),
    failing: { never: 0, later: 0, laterAfterDays: 0 },
    cas: [{ name: "le", limits: "letsencrypt", weight: 1, ordersSpent }],
    ...more,
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

test.each([
  ["letsencrypt", "counts none of their second orders"],
  ["zerossl", "counts all of them"],
] as const)("pairs at %s, which %s, are done when it was planned", async (limits, _which) => {
  const list = summaryOfCount(1_000);
  const cas = [{ name: "ca", limits, weight: 1, ordersSpent: 300 }];
  const { plan, simulation } = await enrol(0, { list, cas, keyType: "p256+rsa2048" });
  expect(simulation).toMatchObject({ enrolled: 1_000, refusals: {} });
  expect(plan.enrolment.orders).toMatchObject({ total: 2_000, first: 1_000, second: 1_000 });
  // What is in flight as the last domain is served is no part of the simulation.
  expect(simulation.orders.second).toBeGreaterThan(960);
  expect(Math.abs(simulation.days / plan.enrolment.days - 1)).toBeLessThan(0.05);
});

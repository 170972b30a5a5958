import fc from "fast-check";
import { expect, test } from "vitest";
import { fullBucket, reserve, settle, tokensLeft } from "../budget/bucket.ts";
import { hours, instant, seconds } from "../time/instant.ts";
import { ordersSpent, withOrdersSpent } from "./orders-spent.ts";
import type { PlannedCa } from "./plan-request.ts";

const now = instant(1_790_000_000_000);
const limits = fc.record({
  burst: fc.integer({ min: 1, max: 100_000 }),
  count: fc.integer({ min: 1, max: 100_000 }),
  period: fc.integer({ min: 60, max: 604_800 }).map((each) => seconds(each)),
});

const caWith = (rule: { burst: number; count: number; period: ReturnType<typeof seconds> }): PlannedCa => ({
  name: "le",
  home: "le",
  accountUrl: null,
  accountId: "1",
  limitSet: "letsencrypt",
  overrides: [{ limit: "new-orders-per-account", key: null, rule, startsAt: instant(0) }],
  weight: 1,
  orders: fullBucket,
  mostOrdersInFlight: 64,
  outages: [],
});

test("what is said to be spent is read as spent, whatever the limit, and no more than there is", () => {
  fc.assert(
    fc.property(limits, fc.integer({ min: 0, max: 200_000 }), (rule, spent) => {
      const ca = withOrdersSpent(caWith(rule), spent, now);
      expect(ordersSpent(ca, now)).toBe(Math.min(spent, rule.burst));
      expect(tokensLeft(rule, ca.orders, now)).toBeCloseTo(Math.max(0, rule.burst - spent), 2);
    }),
  );
});

test("orders that were made and orders under way are spent, and come back with time", () => {
  const rule = { burst: 300, count: 300, period: hours(3) };
  let bucket = fullBucket;
  for (let n = 0; n < 10; n += 1) {
    const made = reserve(rule, bucket, now);
    if (made.kind === "refused") throw new Error("There are 300.");
    bucket = n < 7 ? settle(rule, made.bucket, now) : made.bucket;
  }
  const ca = { ...caWith(rule), orders: bucket };
  expect(ordersSpent(ca, now)).toBe(10);
  expect(ordersSpent(ca, instant(now + 36_001))).toBe(9);
});

test("where nothing limits orders, none are spent", () => {
  const ca: PlannedCa = {
    ...caWith({ burst: 1, count: 1, period: hours(1) }),
    limitSet: "none",
    overrides: [],
  };
  expect(ordersSpent(withOrdersSpent(ca, 5, now), now)).toBe(0);
});

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { enrolOrderByOrder, type SimulatedList } from "../../test/order-by-order.ts";
import { fullBucket } from "../budget/bucket.ts";
import { days, hours, instant, minutes } from "../time/instant.ts";
import { type CountOf, histogram, summaryOfCount } from "./list-summary.ts";
import { planEnrolment } from "./plan-enrolment.ts";
import { defaultFailing, noBackground, type PlannedCa, type PlanRequest } from "./plan-request.ts";

const startsAt = instant(Date.parse("2026-11-26T00:00:00Z"));
const letsencrypt: PlannedCa = {
  name: "letsencrypt",
  home: "letsencrypt",
  accountUrl: null,
  accountId: "1",
  limitSet: "letsencrypt",
  overrides: [],
  weight: 100,
  orders: fullBucket,
  mostOrdersInFlight: 64,
  outages: [],
};
const request: PlanRequest = {
  list: summaryOfCount(500_000),
  keyType: "p256",
  startsAt,
  finishBy: null,
  packs: { names: 1, acrossTenants: false },
  failing: defaultFailing,
  checksFirst: false,
  background: noBackground,
  cas: [letsencrypt],
};
const ordersRule = (perWeek: number, at = startsAt) => ({
  limit: "new-orders-per-account" as const,
  key: null,
  rule: { burst: perWeek, count: perWeek, period: days(7) },
  startsAt: at,
});

describe("500,000 domains at Let's Encrypt", () => {
  test("take 208 days by the default, all of it spent", () => {
    const plan = planEnrolment(request);
    expect(plan.finishesAt?.slice(0, 10)).toBe("2027-06-22");
    expect(plan.certificates).toBe(460_000);
    expect(plan.neverRight).toBe(40_000);
    expect(plan.byDay[1]).toMatchObject({ orders: 2_400, certificates: 2_208 });
    expect(plan.phases).toEqual([
      { ca: "letsencrypt", limit: "new-orders-per-account", from: "2026-11-26", to: "2027-06-22" },
    ]);
  });

  test("gain the whole burst on the day an override begins, and 3,571 orders a day after it", () => {
    const overrides = [ordersRule(25_000, instant(startsAt + days(10)))];
    const { byDay } = planEnrolment({ ...request, cas: [{ ...letsencrypt, overrides }] });
    const [before, first, second] = [byDay[9], byDay[10], byDay[11]];
    expect(before?.orders).toBe(2_400);
    expect(first?.orders).toBeGreaterThan(27_000);
    expect(second?.orders).toBe(Math.round(25_000 / 7));
  });

  test("are later by a small tier than by none", () => {
    const small = { ...letsencrypt, overrides: [ordersRule(10_000)] };
    expect(planEnrolment({ ...request, cas: [small] }).days).toBeGreaterThan(
      planEnrolment(request).days * 1.5,
    );
  });

  test("leave what is more urgent its orders", () => {
    const plan = planEnrolment({
      ...request,
      background: { newPerDay: 600, renewalsPerDay: 1_000, exemptShare: 0.9 },
    });
    expect(plan.byDay[1]).toMatchObject({ orders: 1_700, ordersBeside: 700 });
  });

  test("get a tenth of the limit even when others want all of it", () => {
    const background = { newPerDay: 10_000, renewalsPerDay: 0, exemptShare: 1 };
    expect(planEnrolment({ ...request, background }).byDay[1]).toMatchObject({
      orders: 240,
      ordersBeside: 2_160,
    });
  });

  test("are never done where a shared registered domain would take decades, and it is named", () => {
    const list = {
      ...request.list,
      largest: [{ name: "hoster.example", domains: 100_000, tenants: 100_000 }],
    };
    const plan = planEnrolment({ ...request, list: { ...list, domains: 600_000 } });
    expect(plan.finishesAt).toBeNull();
    expect(plan.slowDomains[0]).toMatchObject({ name: "hoster.example", count: 1 });
    expect(plan.phases.at(-1)?.limit).toBe("new-certificates-per-registered-domain");
  });
});

test("what one CA cannot take goes to the next; with room at both, weights decide", () => {
  const zerossl: PlannedCa = { ...letsencrypt, name: "zerossl", limitSet: "zerossl", weight: 25 };
  const both = { ...request, cas: [letsencrypt, zerossl] };
  const full = planEnrolment(both);
  expect(full.byCa[1]?.share).toBeGreaterThan(0.9);
  expect(full.phases.map(({ ca, limit }) => `${ca} ${limit}`)).toEqual([
    "letsencrypt new-orders-per-account",
    "zerossl new-orders-per-account",
  ]);
  const small = planEnrolment({
    ...both,
    list: summaryOfCount(100),
    failing: { ...defaultFailing, never: 0 },
  });
  expect(small.byCa.map(({ share }) => share)).toEqual([0.8, 0.2]);
});

test("a day's outage costs the orders of a day, what the bucket holds aside, and the other CA does not wait", () => {
  const orders = { burst: 1_000, count: 4_000, period: days(1) };
  const rules = [{ limit: "new-orders-per-account" as const, key: null, rule: orders, startsAt }];
  const le = { ...letsencrypt, overrides: rules };
  const down = { from: instant(startsAt + days(5)), to: instant(startsAt + days(6)) };
  const planOf = (cas: readonly PlannedCa[]) =>
    planEnrolment({ ...request, list: summaryOfCount(80_000), cas });
  const calm = planOf([le]);
  const alone = planOf([{ ...le, outages: [down] }]);
  expect(alone.days - calm.days).toBeCloseTo(0.75, 1);
  expect(alone.phases.map(({ limit }) => limit)).toContain("outage");
  const both = [le, { ...le, name: "second", home: "second" }];
  const one = planOf(both.map((ca, index) => (index === 1 ? { ...ca, outages: [down] } : ca)));
  expect(one.days - planOf(both).days).toBeCloseTo(0.375, 1);
});

test("two accounts at a CA share what a registered domain may have", () => {
  const list = {
    ...summaryOfCount(100),
    domains: 400,
    largest: [{ name: "hoster.example", domains: 300, tenants: 300 }],
  };
  const of = (home: string) =>
    planEnrolment({ ...request, list, cas: [letsencrypt, { ...letsencrypt, name: "second", home }] }).days;
  expect(of("letsencrypt")).toBeGreaterThan(of("second") * 1.7);
});

test("who is right later is covered by a try after that", () => {
  const failing = { never: 0.08, later: 0.05, laterAfterDays: 12 };
  const plan = planEnrolment({ ...request, list: summaryOfCount(5_000), failing });
  expect(plan.days).toBeGreaterThanOrEqual(12);
  // By then it has been given up, and is taken up again when its check turns right.
  expect(plan.days).toBeLessThan(12 + 1);
  expect(plan.certificates).toBe(4_600);
});

describe("names that are checked before their first order", () => {
  const checked = { ...request, checksFirst: true };

  test("take no orders from those that are right: the dead are tried after the finish", () => {
    const plan = planEnrolment(checked);
    expect(plan.days).toBeCloseTo(planEnrolment(request).days * 0.92, 0);
    expect(plan.orders.first).toBe(460_000);
    expect(plan.certificates).toBe(460_000);
  });

  test("are ordered at the end of the list where they are right only later, with the dead among them", () => {
    const failing = { never: 0.08, later: 0.05, laterAfterDays: 12 };
    const plan = planEnrolment({ ...checked, failing });
    expect(plan.orders.first).toBe(500_000);
    expect(plan.orders.retries).toBe(0);
    expect(plan.certificates).toBe(460_000);
    const before = plan.byDay.findLast(({ certificates, orders }) => orders > 0 && certificates === orders);
    expect(before?.covered).toBeGreaterThan(434_000 - 2_400);
  });

  test("wait for their check, and no longer", () => {
    const failing = { never: 0.08, later: 0.05, laterAfterDays: 12 };
    const short = planEnrolment({ ...checked, list: summaryOfCount(2_000), failing });
    expect(short.days).toBeGreaterThanOrEqual(12);
    expect(short.days).toBeLessThan(12.2);
    expect(short.certificates).toBe(1_840);
  });

  test("hold a pack back whole, until the dead one is taken out", () => {
    const packs = { names: 20, acrossTenants: true };
    const [with_, without] = [checked, request].map((each) => planEnrolment({ ...each, packs }));
    expect(with_?.orders.first).toBe(without?.orders.first);
    expect(with_?.orders.split).toBe(without?.orders.split);
    expect(with_?.byDay.at(-1)?.covered).toBe(460_000);
  });
});

describe("pairs", () => {
  const paired = { ...request, keyType: "p256+rsa2048" } as const;
  const at = (limitSet: PlannedCa["limitSet"], change: Partial<PlannedCa> = {}) => [
    { ...letsencrypt, ...change, limitSet },
  ];
  const served = 0.92;

  test.each([
    // Let's Encrypt: names that it has just issued for are exempt from its new orders.
    ["letsencrypt", at("letsencrypt"), 1],
    [
      "letsencrypt, as fast as its requests allow",
      at("letsencrypt", { overrides: [ordersRule(70_000_000)] }),
      1 + served,
    ],
    // What never succeeds has no second order.
    ["zerossl", at("zerossl"), 1 + served],
    ["google", at("google"), 1 + served],
    ["a CA of which nothing is known", at("none"), 1 + served],
  ] as const)("%s", (_title, cas, longer) => {
    const [single, pairs] = [planEnrolment({ ...request, cas }), planEnrolment({ ...paired, cas })];
    expect(pairs.days / single.days).toBeCloseTo(longer, 2);
    expect(pairs.certificates).toBe(2 * 460_000);
    expect(pairs.orders.second).toBe(460_000);
    expect(pairs.orders.first).toBe(single.orders.first);
    const { first, split, retries, second, total } = pairs.orders;
    expect(Math.abs(first + split + retries + second - total)).toBeLessThan(3);
    expect(pairs.byDay.at(-1)?.covered).toBe(460_000);
    expect(pairs.byCa[0]).toMatchObject({ certificates: 920_000, share: 1 });
    expect(pairs.phases[0]?.limit).toBe(single.phases[0]?.limit);
  });

  test("of packs have a second order for each pack that is issued", () => {
    const { orders, certificates } = planEnrolment({ ...paired, packs: { names: 20, acrossTenants: true } });
    expect(Math.abs(2 * orders.second - certificates)).toBeLessThan(2);
    expect(orders.second).toBeLessThan(60_000);
  });

  test("take two of what a registered domain may have, where the CA counts both", () => {
    const list = {
      ...summaryOfCount(100),
      domains: 400,
      largest: [{ name: "hoster.example", domains: 300, tenants: 300 }],
    };
    const perDomain = { burst: 50, count: 50, period: days(7) };
    const rule = {
      ...ordersRule(1),
      limit: "new-certificates-per-registered-domain",
      rule: perDomain,
    } as const;
    const daysAt = (limitSet: PlannedCa["limitSet"], from: PlanRequest) =>
      planEnrolment({ ...from, list, cas: at(limitSet, { overrides: [rule] }) }).days;
    expect(daysAt("letsencrypt", paired)).toBeCloseTo(daysAt("letsencrypt", request), 3);
    expect(daysAt("zerossl", paired)).toBeGreaterThan(1.9 * daysAt("zerossl", request));
  });
});

test("packs save orders, and those with a dead domain cost one more", () => {
  const plan = planEnrolment({ ...request, packs: { names: 20, acrossTenants: true } });
  const failing = 1 - 0.92 ** 10;
  expect(plan.orders.first).toBe(50_000);
  expect(plan.orders.split).toBeGreaterThan(50_000 * failing * 0.999);
  expect(plan.orders.split).toBeLessThan(50_000 * failing + 1);
  expect(plan.byDay.at(-1)?.covered).toBe(460_000);
});

test.each([46, 47, 48, 49, 90])("%d domains under one registered domain end as order by order", (size) => {
  const sizes = [...Array.from({ length: 300 }, () => 1), size];
  const orders = { burst: 104, count: 200, period: hours(1) };
  const list = { sizes, everyFails: 0, newPerDay: 0, orders, laterOrders: null, startsAt };
  const simulated = (enrolOrderByOrder(list) - startsAt) / days(1);
  expect(Math.abs(planEnrolment(requestOf(list)).days - simulated)).toBeLessThan(0.01 * simulated + 0.002);
});

const lists: fc.Arbitrary<SimulatedList> = fc
  .record({
    singles: fc.integer({ min: 300, max: 2_000 }),
    shared: fc.array(fc.integer({ min: 2, max: 90 }), { maxLength: 5 }),
    everyFails: fc.constantFrom(0, 5, 12),
    burst: fc.integer({ min: 12, max: 300 }),
    perHour: fc.integer({ min: 20, max: 200 }),
    urgentShare: fc.constantFrom(0, 0.1, 0.5),
    laterAt: fc.option(fc.integer({ min: 60, max: 600 }), { nil: null }),
  })
  .map(({ singles, shared, everyFails, burst, perHour, urgentShare, laterAt }) => ({
    sizes: [...Array.from({ length: singles }, () => 1), ...shared],
    everyFails,
    newPerDay: perHour * 24 * urgentShare,
    orders: { burst, count: perHour, period: hours(1) },
    laterOrders:
      laterAt === null
        ? null
        : {
            limit: { burst: burst * 2, count: perHour * 2, period: hours(1) },
            at: instant(startsAt + minutes(laterAt)),
          },
    startsAt,
  }));

test("a plan ends within 1 % of the same list enrolled order by order", () => {
  fc.assert(
    fc.property(lists, (list) => {
      const simulated = (enrolOrderByOrder(list) - startsAt) / days(1);
      const { days: planned } = planEnrolment(requestOf(list));
      // A flow has half a token where an order waits for a whole one: of a registered domain, one in 3.4 hours.
      const token = list.sizes.some((size) => size > 46) ? 7 / 50 : 0;
      // Nor does it wait for the last one: with half of 20 an hour left to the list, an order is six minutes.
      const order = hours(1) / (list.orders.count - list.newPerDay / 24);
      const whole = token + Math.max(order, minutes(3)) / days(1);
      expect(Math.abs(planned - simulated)).toBeLessThan(0.01 * simulated + whole);
    }),
    { numRuns: 25 },
  );
});

function requestOf({ sizes, everyFails, newPerDay, orders, laterOrders }: SimulatedList): PlanRequest {
  const domains = sizes.reduce((sum, size) => sum + size, 0);
  const others: readonly CountOf[] = histogram(sizes);
  const rule = (limit: typeof orders, at = startsAt) => ({ ...ordersRule(1, at), rule: limit });
  const later = laterOrders === null ? [] : [rule(laterOrders.limit, laterOrders.at)];
  return {
    ...request,
    list: { ...summaryOfCount(domains), others },
    failing: { ...defaultFailing, never: everyFails === 0 ? 0 : 1 / everyFails },
    background: { ...noBackground, newPerDay },
    cas: [{ ...letsencrypt, mostOrdersInFlight: 10_000, overrides: [rule(orders), ...later] }],
  };
}

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { days } from "../time/instant.ts";
import { type ListSummary, summaryOfCount } from "./list-summary.ts";
import { planAlone } from "./plan-alone.ts";
import type { PlanWish } from "./plan-wish.ts";

const now = "2026-11-26T12:00:00Z";
const le = { name: "le", limits: "letsencrypt", weight: 100 } as const;
const planOf = (wish: Partial<PlanWish> = {}) =>
  planAlone({ list: summaryOfCount(500_000), cas: [le], ...wish }, now);
const whatSaves = (plan: ReturnType<typeof planOf>) =>
  new Map(plan.alternatives.map(({ what, daysSaved }) => [what, daysSaved]));

describe("what would change a plan", () => {
  const plan = planOf({ finishBy: "2027-02-20T23:59:59Z" });

  test("is planned as the list is, and a small tier is told to be slower", () => {
    const saved = whatSaves(plan);
    expect(saved.get("le: 10,000 orders a week")).toBeLessThan(-100);
    expect(saved.get("le: 25,000 orders a week")).toBeGreaterThan(60);
    expect(saved.get("zerossl beside, first choice of 20 %")).toBeGreaterThan(195);
    expect(saved.get("packs of 50 names")).toBeGreaterThan(180);
    const inTime = plan.alternatives.filter(({ isInTime }) => isInTime).map(({ what }) => what);
    expect(inTime).toContain("le: 50,000 orders a week");
    expect(inTime).not.toContain("le: 25,000 orders a week");
  });

  test("says what to ask for: the smallest tier that is in time, and the trap of those below", () => {
    const request = plan.overrideRequest;
    expect(request).toMatchObject({ ca: "le", ordersPerWeek: 50_000, from: "2026-12-17" });
    expect(request?.useCase.length).toBeGreaterThanOrEqual(60);
    expect(request?.useCase).toContain("at most 50,000 a week");
    expect(request?.trap).toContain("1,000, 5,000 and 10,000 a week");
  });

  test("is no override where the list is done before one is granted", () => {
    const small = planOf({ list: summaryOfCount(20_000) });
    expect(small.overrideRequest).toBeNull();
    expect(small.alternatives.some(({ change }) => change === "override")).toBe(false);
  });

  test("is an override of the registered domain that all wait for", () => {
    const list: ListSummary = {
      ...summaryOfCount(10_000),
      domains: 14_000,
      largest: [{ name: "hoster.example", domains: 4_000, tenants: 4_000 }],
    };
    const slow = planOf({ list });
    expect(slow.enrolment.slowDomains[0]?.name).toBe("hoster.example");
    expect(whatSaves(slow).get("hoster.example: 1,000 a week")).toBeGreaterThan(400);
  });
});

test("a day on which a CA is down has its price in the table, less at one of two", () => {
  const outage = "le down for a day";
  const alone = whatSaves(planOf()).get(outage) ?? 0;
  expect(alone).toBeLessThan(-0.5);
  const cas = [le, { ...le, name: "other" }];
  expect(whatSaves(planOf({ cas })).get(outage)).toBeGreaterThan(alone);
  expect(whatSaves(planOf({ list: summaryOfCount(2_000) })).has(outage)).toBe(false);
});

describe("renewals", () => {
  test("are as many a day as certificates in two thirds of their lifetime", () => {
    const failing = { never: 0, later: 0, laterAfterDays: 0 };
    const { renewals } = planOf({ list: summaryOfCount(1_000_000), failing });
    expect(renewals.steady).toEqual([
      { from: "2026-11-26", lifetimeDays: 90, perDay: 16_667 },
      { from: "2027-02-10", lifetimeDays: 64, perDay: 23_437 },
      { from: "2028-02-16", lifetimeDays: 45, perDay: 33_333 },
    ]);
  });

  test("come once for each certificate before any comes twice, and never before half of its life", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1_000, max: 20_000 }), (domains) => {
        const { renewals, enrolment } = planOf({ list: summaryOfCount(domains) });
        const first = renewals.byDay.findIndex((day) => day.renewals > 0);
        expect(first).toBeGreaterThanOrEqual(45);
        // All are issued within 9 days and renewed from 45 to 69 days after the first, and then after 42 more at the least.
        const once = renewals.byDay.slice(0, 45 + 42).reduce((sum, day) => sum + day.renewals, 0);
        expect(Math.abs(once - enrolment.certificates)).toBeLessThan(30);
      }),
      { numRuns: 10 },
    );
  });
});

test("renewals follow the days of issue where a CA suggests windows, and are spread where none does", () => {
  const zerossl = { name: "zerossl", limits: "zerossl", weight: 100 } as const;
  const limit = {
    limit: "new-orders-per-account",
    burst: 50_000,
    count: 50_000,
    periodSeconds: 604_800,
  } as const;
  const peakOf = (...cas: (typeof le | typeof zerossl)[]) => {
    const limits = cas.map(({ name }) => ({ ca: name, ...limit }));
    const { renewals, enrolment } = planOf({ list: summaryOfCount(20_000), cas, limits });
    const first = renewals.byDay.slice(0, 80).map((day) => day.renewals);
    return Math.max(...first) / enrolment.certificates;
  };
  expect(peakOf(le)).toBeCloseTo(1 / 2, 1);
  expect(peakOf(zerossl)).toBeCloseTo(1 / 16, 1);
  expect(peakOf(le, zerossl)).toBeLessThan(peakOf(le));
  expect(peakOf(le, zerossl)).toBeGreaterThan(peakOf(zerossl));
});

test("edges have all certificates, whatever the plan", () => {
  const { edges, enrolment } = planOf();
  expect(edges.certificates).toBe(enrolment.certificates);
  expect(edges.proxies.find(({ proxy }) => proxy === "HAProxy")?.memoryMb).toBe(12_880);
  expect(edges.installsPerDay.most).toBeGreaterThanOrEqual(edges.installsPerDay.average);
});

test("memory by the type of key, where certificates are kept as they are: an RSA key takes more, a pair both", () => {
  const shared = (plan: ReturnType<typeof planOf>) =>
    plan.edges.keyTypes.map(({ keyType, sharedMemoryMb }) => [keyType, sharedMemoryMb]);
  const [single, pairs] = [planOf(), planOf({ keyType: "p256+rsa2048" })];
  expect(single.edges.certificates).toBe(460_000);
  expect(shared(single)).toEqual([
    ["p256", 1_104],
    ["rsa2048", 2_070],
  ]);
  expect(shared(pairs)).toEqual([["p256+rsa2048", 1_104 + 2_070]]);
});

test("of pairs, edges have and renew both, and the override that is asked for is for those that count", () => {
  const [single, pairs] = [planOf(), planOf({ keyType: "p256+rsa2048" })];
  expect(pairs.assumed.keyType).toBe("p256+rsa2048");
  expect(single.assumed.keyType).toBe("p256");
  expect(pairs.edges.certificates).toBe(2 * single.edges.certificates);
  expect(pairs.edges.proxies.map(({ memoryMb }) => memoryMb)).toEqual(
    single.edges.proxies.map(({ memoryMb }) => 2 * memoryMb),
  );
  const disk = (keyTypes: typeof single.edges.keyTypes) =>
    keyTypes.reduce((sum, { diskMb }) => sum + diskMb, 0);
  expect(pairs.edges.keyTypes).toMatchObject([{ keyType: "p256+rsa2048" }]);
  expect(disk(pairs.edges.keyTypes)).toBe(disk(single.edges.keyTypes));
  for (const [index, { perDay }] of pairs.renewals.steady.entries())
    expect(Math.abs(perDay - 2 * (single.renewals.steady[index]?.perDay ?? 0))).toBeLessThan(2);
  expect(pairs.overrideRequest?.ordersPerWeek).toBe(single.overrideRequest?.ordersPerWeek);
  expect(pairs.overrideRequest?.useCase).toContain("460,000 more for the same names with an RSA key");
  expect(single.overrideRequest?.useCase).not.toContain("RSA");
});

test("a plan with packs tells their price", () => {
  const tenants = [{ domains: 10, count: 5_000 }];
  const list = { ...summaryOfCount(50_000), tenants, withoutTenant: 0 };
  const { packing, enrolment } = planOf({ list, packNames: 20 });
  expect(enrolment.orders.first).toBe(5_000);
  expect(packing).toMatchObject({ domainsEach: 10, sharedFate: 9, namesExposed: 19 });
  expect(packing?.ordersSaved).toBe(50_000 - enrolment.orders.first - enrolment.orders.split);
  const alone = planOf({ list: { ...list, withoutTenant: 50_000, tenants: [] }, packNames: 20 });
  expect(alone.enrolment.orders.first).toBe(50_000);
});

test("what is wished for replaces what is known, and begins with the plan", () => {
  const limits = [
    {
      ca: "le",
      limit: "new-orders-per-account",
      burst: 48_000,
      count: 48_000,
      periodSeconds: days(1) / 1_000,
    },
  ] as const;
  expect(planOf({ limits, startsAt: "2027-01-01T00:00:00Z" }).enrolment.finishesAt).toMatch(/^2027-01-1/);
});

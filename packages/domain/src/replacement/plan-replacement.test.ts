import { describe, expect, test } from "vitest";
import { fullBucket } from "../budget/bucket.ts";
import type { PlannedCa } from "../plan/plan-request.ts";
import { days, hours, instant } from "../time/instant.ts";
import { planReplacement, type ReplacedAt } from "./plan-replacement.ts";

const now = instant(1_790_000_000_000);

const ca = (name: string, changes: Partial<PlannedCa> = {}): PlannedCa => ({
  name,
  home: name,
  accountUrl: null,
  accountId: name,
  limitSet: "letsencrypt",
  overrides: [],
  weight: 1,
  orders: fullBucket,
  mostOrdersInFlight: 200,
  outages: [],
  ...changes,
});

const at = (from: PlannedCa, certificates: number, sameNames = certificates): ReplacedAt => ({
  ca: from,
  certificates,
  sameNames,
  names: certificates,
});

const after = (end: number | null): number => (end === null ? Number.NaN : (end - now) / days(1));

describe("a plan of a replacement", () => {
  test("certificates for the same names are held up by requests and orders in flight alone", () => {
    const le = ca("le");
    const plan = planReplacement([at(le, 1_000_000)], [le], now);
    // 160 orders in flight of five seconds each.
    expect(plan).toMatchObject({ certificates: 1_000_000, perDay: 32 * 86_400 });
    expect(plan.shares).toEqual([
      expect.objectContaining({ ca: "le", exempt: 1_000_000, basis: "requests", perDay: 32 * 86_400 }),
    ]);
    expect(after(plan.finishesAt)).toBeCloseTo(1_000_000 / (32 * 86_400), 5);
  });

  test("names that have changed are new orders, of which a customer gets some", () => {
    const le = ca("le");
    const { shares, finishesAt } = planReplacement([at(le, 3_000, 0)], [le], now);
    expect(shares).toEqual([expect.objectContaining({ exempt: 0, basis: "account", perDay: 2_400 * 0.7 })]);
    expect(after(finishesAt)).toBeCloseTo((3_000 - 300 * 0.7) / (2_400 * 0.7), 5);
  });

  test("what is left of the account's orders goes at once", () => {
    const le = ca("le", { orders: { fullAt: now + hours(3), reserved: 0 } });
    const whole = planReplacement([at(ca("le"), 200, 0)], [], now);
    const empty = planReplacement([at(le, 200, 0)], [], now);
    expect(after(whole.finishesAt)).toBeLessThan(0.001);
    expect(after(empty.finishesAt)).toBeCloseTo(200 / (2_400 * 0.7), 5);
  });

  test("a CA that has left the pool gets none: the others do, by their weights, as new orders", () => {
    const gone = ca("gone", { weight: 0 });
    const pool = [gone, ca("big", { weight: 3 }), ca("small", { weight: 1 })];
    const { shares } = planReplacement([at(gone, 1_001)], pool, now);
    expect(shares.map(({ ca: name, certificates, exempt }) => [name, certificates, exempt])).toEqual([
      ["big", 751, 0],
      ["small", 250, 0],
    ]);
  });

  test("where no CA takes them there is no end", () => {
    const gone = ca("gone", { weight: 0 });
    expect(planReplacement([at(gone, 5)], [gone], now)).toMatchObject({
      certificates: 5,
      perDay: 0,
      finishesAt: null,
    });
  });

  test("nothing is replaced at once", () => {
    expect(planReplacement([], [ca("le")], now)).toEqual({
      certificates: 0,
      perDay: 0,
      shares: [],
      finishesAt: now,
    });
  });
});

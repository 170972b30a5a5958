import fc from "fast-check";
import { expect, test } from "vitest";
import { days, hours, instant } from "../time/instant.ts";
import { effectiveLimit, type LimitOverride } from "./effective-limits.ts";
import type { Limit, Limits } from "./limit.ts";

const perOrder = "new-orders-per-account";
const perDomain = "new-certificates-per-registered-domain";
const now = instant(1_000_000);
const rule = (count: number): Limit => ({ burst: count, count, period: days(7) });
const builtIn: Limits = { [perOrder]: { burst: 300, count: 300, period: hours(3) } };
const override = (changes: Partial<LimitOverride> = {}): LimitOverride => ({
  limit: perOrder,
  key: null,
  rule: rule(1),
  startsAt: now,
  ...changes,
});
const holds = (overrides: readonly LimitOverride[], key = "1"): Limit | null =>
  effectiveLimit({ builtIn, overrides, limit: perOrder, key, now });

test("without an override that has started the built-in holds", () => {
  expect(holds([])).toEqual(builtIn[perOrder]);
  expect(holds([override({ startsAt: instant(now + 1) })])).toEqual(builtIn[perOrder]);
  expect(holds([override({ limit: perDomain })])).toEqual(builtIn[perOrder]);
  expect(holds([override({ key: "2" })])).toEqual(builtIn[perOrder]);
});

test("a limit that is not built in holds by override only", () => {
  const request = { builtIn: {}, limit: perDomain, key: "example.com", now } as const;
  expect(effectiveLimit({ ...request, overrides: [] })).toBeNull();
  expect(effectiveLimit({ ...request, overrides: [override({ limit: perDomain })] })).toEqual(rule(1));
});

test("one with the key goes before a newer one without", () => {
  const keyed = override({ key: "1", rule: rule(2), startsAt: instant(0) });
  expect(holds([keyed, override()])).toEqual(rule(2));
  expect(holds([keyed, override()], "2")).toEqual(rule(1));
});

test("of two that start together the later in the list holds", () => {
  expect(holds([override(), override({ rule: rule(2) })])).toEqual(rule(2));
});

const overrides = fc.array(
  fc.record({
    limit: fc.constantFrom(perOrder, perDomain),
    key: fc.constantFrom(null, "1", "2"),
    rule: fc.integer({ min: 1, max: 9 }).map(rule),
    startsAt: fc.integer({ min: -3, max: 3 }).map((offset) => instant(now + offset)),
  } as const),
  { maxLength: 8 },
);

test("no override that could hold is newer than the one that does", () => {
  fc.assert(
    fc.property(overrides, (list) => {
      const started = list.filter(({ limit, startsAt }) => limit === perOrder && startsAt <= now);
      const keyed = started.filter(({ key }) => key === "1");
      const candidates = keyed.length > 0 ? keyed : started.filter(({ key }) => key === null);
      const latest = Math.max(...candidates.map(({ startsAt }) => startsAt));
      const last = candidates.findLast(({ startsAt }) => startsAt === latest);
      expect(holds(list)).toEqual(last?.rule ?? builtIn[perOrder]);
    }),
  );
});

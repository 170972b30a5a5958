import fc from "fast-check";
import { expect, test } from "vitest";
import { between, days, hours, type Instant, instant } from "../time/instant.ts";
import { importedRenewal } from "./imported-renewal.ts";
import { renewAt } from "./renewal.ts";
import { emergencyAt } from "./work-class.ts";

const begin = instant(Date.UTC(2026, 8, 1));

const lives = fc.record({
  fingerprint: fc.nat().map(String),
  lifetime: fc.integer({ min: hours(1), max: days(398) }),
  share: fc.double({ min: 0, max: 1, noNaN: true }),
});

test("is never in the past, never in the first half of a life, and never later than is safe", () => {
  fc.assert(
    fc.property(lives, ({ fingerprint, lifetime, share }) => {
      const validity = { notBefore: begin, notAfter: instant(begin + lifetime) };
      const now = instant(begin + Math.floor(lifetime * share));
      const at = importedRenewal({ fingerprint, validity, now });
      expect(at).toBeGreaterThanOrEqual(now);
      expect(at).toBeGreaterThanOrEqual(begin + lifetime / 2 - 1);
      const inTime = renewAt(begin, validity.notAfter);
      expect(at).toBeLessThanOrEqual(inTime > now ? inTime : Math.max(now, emergencyAt(validity)));
      expect(importedRenewal({ fingerprint, validity, now })).toBe(at);
    }),
  );
});

/** How many days see a renewal, and the most in one, of 10,000 that were issued at once. */
function spread(left: number): { readonly days: number; readonly most: number } {
  const notAfter = instant(begin + days(90));
  const now: Instant = instant(notAfter - days(left));
  const counts = new Map<number, number>();
  for (let id = 0; id < 10_000; id += 1) {
    const at = importedRenewal({ fingerprint: String(id), validity: { notBefore: begin, notAfter }, now });
    const day = Math.floor(between(now, at) / days(1));
    counts.set(day, (counts.get(day) ?? 0) + 1);
  }
  return { days: counts.size, most: Math.max(...counts.values()) };
}

test.each([
  ["fresh: over fifteen days", 88, 15, 750],
  ["half a week before its time: over what is left until then", 33.5, 4, 3_100],
  ["its time has come: until its end is near", 25, 15, 750],
  ["its end is near: now", 2, 1, 10_000],
])("a fleet of one day, %s", (_, left, spreadDays, most) => {
  const found = spread(left);
  expect(found.days).toBe(spreadDays);
  expect(found.most).toBeLessThanOrEqual(most);
});

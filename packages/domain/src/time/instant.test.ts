import fc from "fast-check";
import { expect, test } from "vitest";
import { instants } from "../../test/issuance-arbitraries.ts";
import { after, between, clampDuration, days, hours, milliseconds, minutes, seconds } from "./instant.ts";

const durations = fc.integer({ min: 0, max: days(1_000) }).map(milliseconds);

test("durations are milliseconds, whatever they are written in", () => {
  expect([milliseconds(7), seconds(2), minutes(2), hours(2), days(2)]).toEqual([
    7, 2_000, 120_000, 7_200_000, 172_800_000,
  ]);
});

test("no duration is negative", () => {
  for (const unit of [milliseconds, seconds, minutes, hours, days]) expect(unit(-1)).toBe(0);
});

test("between undoes after; a clock that went back makes it zero", () => {
  fc.assert(
    fc.property(instants, durations, (from, wait) => {
      expect(between(from, after(from, wait))).toBe(wait);
      expect(between(after(from, wait), from)).toBe(0);
    }),
  );
});

test("a clamped duration is the nearest one within the bounds", () => {
  fc.assert(
    fc.property(durations, durations, durations, (value, a, b) => {
      const [least, most] = a < b ? [a, b] : [b, a];
      const clamped = clampDuration(value, least, most);
      expect(clamped).toBeGreaterThanOrEqual(least);
      expect(clamped).toBeLessThanOrEqual(most);
      if (value >= least && value <= most) expect(clamped).toBe(value);
      else expect([least, most]).toContain(clamped);
    }),
  );
  expect(clampDuration(seconds(1), seconds(2), seconds(3))).toBe(2_000);
  expect(clampDuration(seconds(4), seconds(2), seconds(3))).toBe(3_000);
});

import fc from "fast-check";
import { expect, test } from "vitest";
import { instants } from "../../test/issuance-arbitraries.ts";
import { after, between, days, hours, milliseconds, minutes, seconds } from "./instant.ts";

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

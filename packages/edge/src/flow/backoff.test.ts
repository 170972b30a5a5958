import fc from "fast-check";
import { expect, test } from "vitest";
import { backoffAfter } from "./backoff.ts";

const bounds = { least: 100, most: 5_000 };
const chance = fc.double({ min: 0, max: 1, noNaN: true });

test("it is at least half of the least wait and never over the most", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 10_000 }), chance, (failures, c) => {
      const wait = backoffAfter(failures, bounds, c);
      expect(wait).toBeGreaterThanOrEqual(50);
      expect(wait).toBeLessThanOrEqual(5_000);
    }),
  );
});

test("it doubles up to the most", () => {
  expect([1, 2, 3, 6, 7, 50].map((failures) => backoffAfter(failures, bounds, 1))).toEqual([
    100, 200, 400, 3_200, 5_000, 5_000,
  ]);
});

test("two edges that fail together come back apart", () => {
  expect(backoffAfter(4, bounds, 0)).toBe(400);
  expect(backoffAfter(4, bounds, 1)).toBe(800);
});

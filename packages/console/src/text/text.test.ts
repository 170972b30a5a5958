import fc from "fast-check";
import { expect, test } from "vitest";
import { count, counted, share } from "./number.ts";
import { duration, fromNow } from "./time.ts";

test.each([
  [0, "0 ms"],
  [850, "850 ms"],
  [4_240, "4.2 s"],
  [9_960, "10 s"],
  [59_400, "59 s"],
  [60_000, "1 min"],
  [200_000, "3 min 20 s"],
  [3_599_600, "1 h"],
  [18_600_000, "5 h 10 min"],
  [86_400_000, "24 h"],
  [3 * 86_400_000, "3 d"],
  [40 * 86_400_000 + 3_600_000, "40 d"],
])("%d ms is %s", (ms, text) => {
  expect(duration(ms)).toBe(text);
});

test("no duration has a unit that is full", () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 10 ** 12 }), (ms) => {
      expect(duration(ms)).not.toMatch(/\b60 (s|min)\b|\b24 h \d/);
    }),
  );
});

test.each([
  [-3_000, "now"],
  [-90_000, "2 min ago"],
  [7_200_000, "in 2 h"],
  [5 * 86_400_000, "in 5 days"],
])("%d ms from now is %s", (ms, text) => {
  const now = Date.parse("2026-11-27T12:00:00Z");
  expect(fromNow(new Date(now + ms).toISOString(), now)).toBe(text);
});

test("what is not the whole is never told as 100%, and what is something never as 0%", () => {
  fc.assert(
    fc.property(fc.double({ min: 0, max: 1, noNaN: true }), (value) => {
      const text = share(value);
      if (value < 1) expect(text).not.toBe("100%");
      if (value > 0) expect(text).not.toBe("0%");
    }),
  );
  expect([share(0), share(1), share(0.9996)]).toEqual(["0%", "100%", "99.96%"]);
});

test("what is rounded to nothing has no sign", () => {
  expect([count(Math.round(-0.2)), count(-1)]).toEqual(["0", "-1"]);
});

test("one is one", () => {
  expect([counted(1, "domain"), counted(1_200, "domain"), counted(2, "entry", "entries")]).toEqual([
    "1 domain",
    "1,200 domains",
    "2 entries",
  ]);
});

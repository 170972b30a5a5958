import { expect, test } from "vitest";
import { instant, minutes } from "../time/instant.ts";
import { type CaStatus, mostInFlightBy } from "./status-hint.ts";

const now = instant(1_790_000_000_000);

test.each<[CaStatus, readonly number[]]>([
  ["fine", [1, 2, 3, 7, 100]],
  ["degraded", [1, 1, 1, 3, 50]],
  ["down", [1, 1, 1, 1, 25]],
])("of 1, 2, 3, 7 and 100 orders in flight, when the page says %s", (status, expected) => {
  const hint = { status, readAt: now };
  expect([1, 2, 3, 7, 100].map((most) => mostInFlightBy(hint, most, now))).toEqual(expected);
});

test("what was read over a quarter of an hour ago says nothing", () => {
  const readAt = instant(now - minutes(15));
  expect(mostInFlightBy({ status: "down", readAt }, 100, now)).toBe(25);
  expect(mostInFlightBy({ status: "down", readAt }, 100, instant(now + 1))).toBe(100);
});

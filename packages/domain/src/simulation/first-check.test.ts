import { expect, test } from "vitest";
import { after, days, hours, instant, minutes } from "../time/instant.ts";
import { joinsLineAt, triedAgainAt } from "./first-check.ts";

const now = instant(Date.parse("2026-12-01T00:00:00Z"));

test.each([
  ["right: at once", now, now],
  ["right in an hour: then", after(now, hours(1)), after(now, hours(1))],
])("%s", (_what, issuableFrom, joinsAt) => {
  expect(joinsLineAt({ issuableFrom }, now)).toBe(joinsAt);
});

test.each([
  ["never right", null],
  ["right in twelve days", after(now, days(12))],
])("%s: it is ordered anyway at the first check after a day", (_what, issuableFrom) => {
  const joinsAt = joinsLineAt({ issuableFrom }, now);
  expect(joinsAt).toBeGreaterThanOrEqual(after(now, days(1)));
  expect(joinsAt).toBeLessThanOrEqual(after(after(now, days(1)), hours(4)));
});

test.each([
  ["right by then: by the steps", now, after(now, days(1)), after(now, days(1))],
  ["right before the next step: then", after(now, minutes(5)), after(now, days(1)), after(now, minutes(5))],
  ["right after the next step: by the steps", after(now, days(2)), after(now, days(1)), after(now, days(1))],
  ["given up: not again", after(now, days(2)), null, null],
])("tried again, %s", (_what, issuableFrom, retryAt, expected) => {
  expect(triedAgainAt({ issuableFrom }, retryAt, now)).toBe(expected);
});

import fc from "fast-check";
import { expect, test } from "vitest";
import { instants } from "../../test/issuance-arbitraries.ts";
import { after, days, hours, instant } from "../time/instant.ts";
import { givesUpAt, usualGiveUp } from "./give-up.ts";

const now = instant(Date.parse("2026-11-22T12:00:00Z"));

test("a first order after seven days, a renewal thirty days after the end", () => {
  expect(givesUpAt({ since: null, notAfter: null }, usualGiveUp, now)).toBe(after(now, days(7)));
  const since = instant(now - hours(100));
  expect(givesUpAt({ since, notAfter: null }, usualGiveUp, now)).toBe(after(since, days(7)));
  const notAfter = after(now, days(25));
  expect(givesUpAt({ since, notAfter }, usualGiveUp, now)).toBe(after(notAfter, days(30)));
});

test("what is taken up again long after its certificate's end has the time of a first order", () => {
  const notAfter = instant(now - days(200));
  expect(givesUpAt({ since: null, notAfter }, usualGiveUp, now)).toBe(after(now, days(7)));
});

test("the first failure is never the last, and going on failing does not move the end", () => {
  fc.assert(
    fc.property(fc.option(instants), instants, (notAfter, since) => {
      expect(givesUpAt({ since: null, notAfter }, usualGiveUp, since)).toBeGreaterThan(since);
      const told = [0, 1, 1_000].map((n) =>
        givesUpAt({ since, notAfter }, usualGiveUp, after(since, days(n))),
      );
      expect(new Set(told).size).toBe(1);
    }),
  );
});

import fc from "fast-check";
import { expect, test } from "vitest";
import { instants } from "../../test/issuance-arbitraries.ts";
import { after, days, hours, instant, minutes } from "../time/instant.ts";
import { type PollAnswer, pollAgainAt } from "./renewal-poll.ts";

const now = instant(1_790_000_000_000);
const notAfter = after(now, days(90));
const asked = (wait: number | null) => (wait === null ? null : instant(now + wait));

const table: readonly (readonly [string, PollAnswer, number])[] = [
  ["told, as the CA asks", { kind: "told", retryAt: asked(hours(5)) }, hours(5)],
  ["told, and nothing said", { kind: "told", retryAt: null }, hours(6)],
  ["told, at once", { kind: "told", retryAt: asked(0) }, minutes(1)],
  ["told, a date that has gone by", { kind: "told", retryAt: asked(0 - days(3)) }, minutes(1)],
  ["told, in a year", { kind: "told", retryAt: asked(days(365)) }, days(1)],
  ["trouble", { kind: "trouble", retryAt: null, failures: 1 }, minutes(1)],
  ["trouble again", { kind: "trouble", retryAt: null, failures: 2 }, minutes(4)],
  ["trouble for the fourth time", { kind: "trouble", retryAt: null, failures: 4 }, minutes(64)],
  ["trouble that lasts", { kind: "trouble", retryAt: null, failures: 5 }, hours(6)],
  ["trouble for years", { kind: "trouble", retryAt: null, failures: 100_000 }, hours(6)],
  [
    "trouble, and a pause asked for",
    { kind: "trouble", retryAt: asked(minutes(30)), failures: 1 },
    minutes(30),
  ],
  ["trouble, and no pause to speak of", { kind: "trouble", retryAt: asked(1), failures: 3 }, minutes(16)],
  ["useless", { kind: "useless", retryAt: null }, hours(6)],
  ["useless, a pause asked for", { kind: "useless", retryAt: asked(hours(9)) }, hours(9)],
  ["useless, a short one", { kind: "useless", retryAt: asked(minutes(5)) }, hours(6)],
];

test.each(table)("%s", (_, answer, wait) => {
  expect(pollAgainAt(answer, notAfter, now)).toBe(now + wait);
});

const answers: fc.Arbitrary<PollAnswer> = fc.record({
  kind: fc.constantFrom("told", "trouble", "useless"),
  retryAt: fc.option(instants),
  failures: fc.integer({ min: 1, max: 1_000 }),
});

test("whatever is answered: after a minute, within a day, and never after the certificate's end", () => {
  fc.assert(
    fc.property(answers, instants, instants, (answer, end, at) => {
      const next = pollAgainAt(answer, end, at);
      if (next === null) {
        expect(end).toBeLessThan(after(at, days(1)));
        return;
      }
      expect(next).toBeGreaterThanOrEqual(after(at, minutes(1)));
      expect(next).toBeLessThanOrEqual(Math.min(after(at, days(1)), end));
    }),
  );
});

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { days, hours, instant } from "../time/instant.ts";
import { type CampaignPace, forecast } from "./forecast.ts";

const now = instant(1_800_000_000_000);
const byDefault = { burst: 300, count: 300, period: hours(3) };
const account = { ca: "letsencrypt", limitAt: () => byDefault, left: 0, countsSecond: false };
const unlimited = { ca: "own", limitAt: () => null, left: 0, countsSecond: true };
const pace: CampaignPace = {
  isPaired: false,
  remaining: 500_000,
  window: null,
  perHour: null,
  accounts: [account],
  othersPerDay: 0,
  observed: null,
};

describe("forecast", () => {
  test("Let's Encrypt's default is 2,400 a day: 500,000 take 208 days", () => {
    const told = forecast(pace, now);
    expect(told).toMatchObject({ perDay: 2_400, basis: "accounts" });
    expect(((told?.finishAt ?? 0) - now) / days(1)).toBeCloseTo(208.3, 1);
  });

  test.each<[string, Partial<CampaignPace>, object | null]>([
    ["a second CA adds its own", { accounts: [account, account] }, { perDay: 4_800, basis: "accounts" }],
    ["a ceiling below the limits", { perHour: 50 }, { perDay: 1_200, basis: "ceiling" }],
    ["a ceiling above the limits", { perHour: 200 }, { perDay: 2_400, basis: "accounts" }],
    [
      "a window has its own hours and one burst",
      { window: { start: 22 * 60, end: 6 * 60 } },
      { perDay: 1_100, basis: "accounts" },
    ],
    [
      "a ceiling holds in the window only",
      { window: { start: 0, end: 60 }, perHour: 100 },
      { perDay: 100, basis: "ceiling" },
    ],
    ["others have theirs", { othersPerDay: 400 }, { perDay: 2_000, basis: "accounts" }],
    ["but not all of it", { othersPerDay: 9_000 }, { perDay: 240, basis: "accounts" }],
    ["of pairs Let's Encrypt counts one order", { isPaired: true }, { perDay: 2_400, basis: "accounts" }],
    [
      "a CA that exempts no renewals counts both",
      { isPaired: true, accounts: [{ ...account, countsSecond: true }] },
      { perDay: 1_200, basis: "accounts" },
    ],
    [
      "of two that differ each has its own count, and others take their share of both",
      { isPaired: true, accounts: [account, { ...account, countsSecond: true }], othersPerDay: 480 },
      { perDay: 3_240, basis: "accounts" },
    ],
    [
      "one domain does not become two where nothing is a pair",
      { accounts: [{ ...account, countsSecond: true }] },
      { perDay: 2_400, basis: "accounts" },
    ],
    ["nothing is known", { accounts: [unlimited] }, null],
    ["there is no CA", { accounts: [] }, null],
    [
      "what was seen for a day is less than the limits",
      { observed: { attempts: 1_000, over: days(1) } },
      { perDay: 1_000, basis: "observed" },
    ],
    [
      "an hour's burst is no pace",
      { observed: { attempts: 50, over: hours(1) } },
      { perDay: 2_400, basis: "accounts" },
    ],
    [
      "nor is more than the limits",
      { observed: { attempts: 9_000, over: days(1) } },
      { perDay: 2_400, basis: "accounts" },
    ],
    [
      "without limits an hour is better than nothing",
      { accounts: [unlimited], observed: { attempts: 100, over: hours(1) } },
      { perDay: 2_400, basis: "observed" },
    ],
  ])("%s", (_title, change, expected) => {
    const told = forecast({ ...pace, ...change }, now);
    if (expected === null) expect(told).toBeNull();
    else expect(told).toMatchObject(expected);
  });

  test("more to do never ends earlier, and nothing to do ends now", () => {
    fc.assert(
      fc.property(fc.nat(1_000_000), fc.nat(1_000_000), (a, b) => {
        const [fewer, more] = [Math.min(a, b), Math.max(a, b)];
        const end = (remaining: number) => forecast({ ...pace, remaining }, now)?.finishAt ?? 0;
        expect(end(fewer)).toBeLessThanOrEqual(end(more));
      }),
    );
    expect(forecast({ ...pace, remaining: 0 }, now)?.finishAt).toBe(now);
  });

  test("an override that begins on day 10 counts from then on, and whatever slows it today slows it then", () => {
    const override = { burst: 3_600, count: 25_000, period: days(7) };
    const limitAt = (at: number) => (at < now + days(10) ? byDefault : override);
    const later = {
      ...pace,
      isPaired: false,
      remaining: 24_000 + 3 * (25_000 / 7),
      accounts: [{ ...account, limitAt }],
    };
    const daysOf = (told: CampaignPace) => ((forecast(told, now)?.finishAt ?? 0) - now) / days(1);
    expect(daysOf(later)).toBeCloseTo(13, 6);
    const half = { ...later, remaining: later.remaining / 2, observed: { attempts: 1_200, over: days(1) } };
    expect(daysOf(half)).toBeCloseTo(13, 6);
  });

  test("what the ledger has left is there at once", () => {
    const full = { ...pace, remaining: 2_700, accounts: [{ ...account, left: 300 }] };
    expect(forecast(full, now)?.finishAt).toBe(now + days(1));
    expect(forecast({ ...full, remaining: 200 }, now)?.finishAt).toBe(now);
    expect(forecast({ ...full, perHour: 50 }, now)?.finishAt).toBe(now + (2_700 / 50) * hours(1));
  });

  test("an end beyond ten years is none", () => {
    expect(forecast({ ...pace, perHour: 1, remaining: 1e9 }, now)?.finishAt).toBeNull();
  });
});

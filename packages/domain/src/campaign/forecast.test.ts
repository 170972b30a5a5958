import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { days, hours, instant } from "../time/instant.ts";
import { type CampaignPace, forecast } from "./forecast.ts";

const now = instant(1_800_000_000_000);
const account = { ca: "letsencrypt", limit: { burst: 300, count: 300, period: hours(3) } };
const pace: CampaignPace = {
  remaining: 500_000,
  window: null,
  perHour: null,
  accounts: [account],
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
    ["nothing is known", { accounts: [{ ca: "own", limit: null }] }, null],
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
      { accounts: [{ ca: "own", limit: null }], observed: { attempts: 100, over: hours(1) } },
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

  test("an end beyond a thousand years is none", () => {
    expect(forecast({ ...pace, perHour: 1, remaining: 1e9 }, now)?.finishAt).toBeNull();
  });
});

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { after, days, hours, instant, minutes, seconds } from "../time/instant.ts";
import { judgeAnswer, type WebhookVerdict } from "./judge-answer.ts";
import { askEndpointAt, resendAt } from "./webhook-retry.ts";

const now = instant(1_790_000_000_000);
const attempts = fc.integer({ min: 1, max: 1_000 });
const keys = fc.string();

describe("judgeAnswer", () => {
  const soon = after(now, minutes(7));
  const answered = (status: number, retryAt = null as typeof soon | null) =>
    judgeAnswer({ kind: "answered", status, retryAt }, now);
  const rows: readonly (readonly [number, WebhookVerdict["kind"]])[] = [
    [200, "taken"],
    [204, "taken"],
    [299, "taken"],
    [301, "refused"],
    [307, "refused"],
    [400, "refused"],
    [404, "refused"],
    [410, "gone"],
    [429, "trouble"],
    [500, "refused"],
    [502, "trouble"],
    [503, "trouble"],
    [504, "trouble"],
    [100, "refused"],
  ];
  test.each(rows)("%i → %s", (status, kind) => {
    expect(answered(status).kind).toBe(kind);
  });

  test("no answer is the endpoint's trouble", () => {
    expect(judgeAnswer({ kind: "unanswered" }, now)).toEqual({ kind: "trouble", retryAt: null });
  });

  test("its own time is kept, never in the past and never more than a day ahead", () => {
    expect(answered(503, soon)).toEqual({ kind: "trouble", retryAt: soon });
    expect(answered(429, instant(0))).toEqual({ kind: "trouble", retryAt: now });
    expect(answered(429, after(now, days(900)))).toEqual({ kind: "trouble", retryAt: after(now, days(1)) });
  });
});

describe("resendAt", () => {
  test("each wait is near its step, and never shorter than the one before but for the spread", () => {
    fc.assert(
      fc.property(keys, attempts, (key, attempt) => {
        const wait = resendAt({ key, attempt }, now) - now;
        expect(wait).toBeGreaterThanOrEqual(seconds(5) * 0.75);
        expect(wait).toBeLessThanOrEqual(hours(8) * 1.25);
        expect(resendAt({ key, attempt: attempt + 1 }, now) - now).toBeGreaterThanOrEqual(wait * 0.6);
        expect(resendAt({ key, attempt }, now) - now).toBe(wait);
      }),
    );
  });

  test("those that failed together do not come back together", () => {
    const times = new Set(
      Array.from({ length: 100 }, (_, n) => resendAt({ key: `1 ${n}`, attempt: 4 }, now)),
    );
    expect(times.size).toBeGreaterThan(90);
  });
});

test("an endpoint is asked within an hour, unless it has named a later time", () => {
  fc.assert(
    fc.property(keys, attempts, (key, attempt) => {
      const at = askEndpointAt({ key, attempt, retryAt: null }, now);
      expect(at).toBeLessThanOrEqual(after(now, hours(1)));
      expect(askEndpointAt({ key, attempt, retryAt: after(now, days(1)) }, now)).toBe(after(now, days(1)));
      expect(askEndpointAt({ key, attempt, retryAt: now }, now)).toBe(at);
    }),
  );
});

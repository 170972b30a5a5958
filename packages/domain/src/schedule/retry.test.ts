import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { faults, instants } from "../../test/issuance-arbitraries.ts";
import { type FailureCode, failures } from "../failure/failure-code.ts";
import { after, days, hours, type Instant, instant, minutes } from "../time/instant.ts";
import { retryAt } from "./retry.ts";

const now = instant(1_790_000_000_000);
const attempts = fc.integer({ min: 1, max: 100_000 });

const givesUpAt = after(now, days(7));

const wait = (code: FailureCode, attempt: number, asked: Instant | null = null): number =>
  (retryAt({ code, detail: "", retryAt: asked }, { attempt, givesUpAt }, now) ?? Number.NaN) - now;

describe("our own steps", () => {
  test("for what the customer must change: 1, 10 and 100 minutes, then once a day", () => {
    const waits = [1, 2, 3, 4, 5, 1_000].map((attempt) => wait("dns", attempt));
    expect(waits).toEqual([minutes(1), minutes(10), minutes(100), days(1), days(1), days(1)]);
  });

  test("a first order that goes on failing is tried eleven times, and given up after seven days", () => {
    const tries: number[] = [];
    for (let at: Instant | null = now; at !== null; ) {
      tries.push((at - now) / days(1));
      at = retryAt({ code: "dns", detail: "", retryAt: null }, { attempt: tries.length, givesUpAt }, at);
    }
    expect(tries).toHaveLength(11);
    expect(tries.at(-1)).toBeGreaterThanOrEqual(7);
    expect(tries.at(-1)).toBeLessThan(8);
  });

  test("what is not the customer's to put right is never given up", () => {
    for (const code of ["ca-error", "account-unusable", "rate-limited", "validation-timeout"] as const) {
      const failing = { attempt: 1_000, givesUpAt: now };
      expect(retryAt({ code, detail: "", retryAt: null }, failing, now)).not.toBeNull();
    }
  });

  test("for what is the CA's or the operator's: four times as long each time, up to six hours", () => {
    const expected = [minutes(1), minutes(4), minutes(16), minutes(64), minutes(256), hours(6), hours(6)];
    for (const code of [
      "ca-slow",
      "request-refused",
      "account-unusable",
      "user-action-required",
      "internal-error",
    ] as const) {
      expect([1, 2, 3, 4, 5, 6, 10_000].map((attempt) => wait(code, attempt))).toEqual(expected);
    }
  });

  test("for what may be a failed validation, whosever doing it is: once a day in the long run", () => {
    const waits = [5, 6, 7, 10_000].map((attempt) => wait("order-invalid", attempt));
    expect(waits).toEqual([minutes(256), minutes(1_024), days(1), days(1)]);
  });

  test.each(["wrong-response", "order-invalid", "validation-timeout"] as const)(
    "a name that always fails by %s never reaches Let's Encrypt's pause at 1,152 failures, less one a day",
    (code) => {
      let counted = 0;
      let most = 0;
      for (let attempt = 1; attempt <= 5_000; attempt += 1) {
        most = Math.max(most, counted + 1);
        counted = Math.max(0, counted + 1 - wait(code, attempt) / days(1));
      }
      expect(most).toBeLessThan(10);
    },
  );
});

describe("what the CA asks for", () => {
  test("a limit's time is kept to the millisecond, between a minute and eight days", () => {
    expect(wait("rate-limited", 9, instant(now + 123_456))).toBe(123_456);
    expect(wait("rate-limited", 9, instant(now + 5))).toBe(minutes(1));
    expect(wait("rate-limited", 9, instant(now - 5))).toBe(minutes(1));
    expect(wait("rate-limited", 9, after(now, days(30)))).toBe(days(8));
  });

  test("any other time lengthens our own step, never shortens it", () => {
    expect(wait("ca-error", 4, after(now, minutes(1)))).toBe(minutes(64));
    expect(wait("ca-error", 4, after(now, hours(3)))).toBe(hours(3));
    expect(wait("ca-error", 4, after(now, days(30)))).toBe(days(8));
  });
});

test("a lineage tries again, at least a minute and at most eight days later, unless it is given up or only a person can help", () => {
  fc.assert(
    fc.property(faults, attempts, instants, instants, (fault, attempt, givesUpAt, now) => {
      const next = retryAt(fault, { attempt, givesUpAt }, now);
      const { recovery, party } = failures[fault.code];
      expect(next === null).toBe(recovery === "end" || (party === "customer" && now >= givesUpAt));
      if (next === null) return;
      expect(next).toBeGreaterThanOrEqual(after(now, minutes(1)));
      expect(next).toBeLessThanOrEqual(after(now, days(8)));
      expect(next).toBeGreaterThanOrEqual(Math.min(fault.retryAt ?? now, after(now, days(8))));
    }),
  );
});

test("the more failures, the longer the wait", () => {
  fc.assert(
    fc.property(faults, attempts, attempts, (fault, a, b) => {
      const [fewer, more] = [Math.min(a, b), Math.max(a, b)];
      const at = (attempt: number) => retryAt(fault, { attempt, givesUpAt }, now) ?? 0;
      expect(at(fewer)).toBeLessThanOrEqual(at(more));
    }),
  );
});

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { askedFor, instants } from "../../test/issuance-arbitraries.ts";
import {
  after,
  between,
  hours,
  type Instant,
  instant,
  milliseconds,
  minutes,
  seconds,
} from "../time/instant.ts";
import { afterFault, mostFaults, nextPoll } from "./pace.ts";

const since = instant(1_790_000_000_000);
const late = after(since, minutes(11));

/** The wait we choose when the CA names no time. */
const own = (polls: number, now: Instant): number => nextPoll(since, polls, null, now) - now;

const total = (waits: readonly number[]): number => waits.reduce((sum, wait) => sum + wait, 0);

describe("nextPoll", () => {
  test("our own steps lengthen from 0.3 to 5 seconds", () => {
    const waits = [0, 1, 2, 3, 4, 5, 6, 100].map((polls) => own(polls, since));
    expect(waits).toEqual([300, 700, 1_000, 2_000, 3_000, 5_000, 5_000, 5_000]);
  });

  test("after more than ten minutes we ask once a minute", () => {
    const tenMinutes = after(since, minutes(10));
    expect(own(0, tenMinutes)).toBe(300);
    expect(own(0, instant(tenMinutes + 1))).toBe(minutes(1));
  });

  test("a Retry-After is honoured up to a minute, later up to a quarter of an hour", () => {
    const poll = (now: Instant, wish: number) => nextPoll(since, 0, instant(now + wish), now) - now;
    expect(poll(since, 42_000)).toBe(42_000);
    expect(poll(since, hours(24))).toBe(minutes(1));
    expect(poll(late, minutes(3))).toBe(minutes(3));
    expect(poll(late, hours(24))).toBe(minutes(15));
  });

  test("a Retry-After that is past or short never makes a poll sooner than our own step", () => {
    const poll = (now: Instant, wish: number) => nextPoll(since, 3, instant(now + wish), now) - now;
    expect(poll(since, 0)).toBe(2_000);
    expect(poll(since, -60_000)).toBe(2_000);
    expect(poll(late, 15_000)).toBe(minutes(1));
  });

  test("whatever is asked for, the poll is in the future and within the clamp; only the clamp makes it sooner", () => {
    fc.assert(
      fc.property(instants, fc.nat(1_000), askedFor, instants, (since, polls, wish, now) => {
        const next = nextPoll(since, polls, wish, now);
        const most = between(since, now) > minutes(10) ? minutes(15) : minutes(1);
        expect(next).toBeGreaterThanOrEqual(now + 300);
        expect(next).toBeLessThanOrEqual(now + most);
        expect(next).toBeGreaterThanOrEqual(Math.min(wish ?? now, now + most));
      }),
    );
  });
});

describe("afterFault", () => {
  const waits = Array.from({ length: mostFaults }, (_, i) => afterFault(i + 1, null, since) - since);

  test("doubles from a second to five minutes", () => {
    const doubling = [1, 2, 4, 8, 16, 32, 64, 128, 256].map((n) => n * 1_000);
    expect(waits.slice(0, 9)).toEqual(doubling);
    expect(new Set(waits.slice(9))).toEqual(new Set([minutes(5)]));
  });

  test("all faults an issuance endures last over half an hour, however soon the CA invites us back", () => {
    expect(total(waits)).toBeGreaterThan(minutes(30));
    const invited = waits.map((_, i) => afterFault(i + 1, after(since, seconds(1)), since) - since);
    expect(total(invited)).toBe(total(waits));
  });

  test("the CA's wish lengthens the pause, up to an hour", () => {
    expect(afterFault(1, after(since, minutes(20)), since)).toBe(after(since, minutes(20)));
    expect(afterFault(1, after(since, hours(30)), since)).toBe(after(since, hours(1)));
  });

  test("is always in the future, and never beyond an hour", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 100 }), askedFor, instants, (faults, wish, now) => {
        const next = afterFault(faults, wish, now);
        expect(next).toBeGreaterThanOrEqual(after(now, seconds(1)));
        expect(next).toBeLessThanOrEqual(after(now, milliseconds(3_600_000)));
      }),
    );
  });
});

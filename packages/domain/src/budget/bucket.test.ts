import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { hours, type Instant, instant, minutes, seconds } from "../time/instant.ts";
import { type Bucket, correct, fullBucket, release, reserve, settle, spend, tokensLeft } from "./bucket.ts";
import { type Limit, refillTime } from "./limit.ts";

const start = instant(1_790_000_000_000);
const letsencrypt: Limit = { burst: 300, count: 300, period: hours(3) };

const limits: fc.Arbitrary<Limit> = fc.record({
  burst: fc.integer({ min: 1, max: 50 }),
  count: fc.integer({ min: 1, max: 50 }),
  period: fc.integer({ min: 1, max: 10_080 }).map(minutes),
});

const buckets = (limit: Limit): fc.Arbitrary<Bucket> =>
  fc.record({
    fullAt: fc
      .double({ min: -1, max: limit.burst, noNaN: true })
      .map((owed) => start + owed * refillTime(limit)),
    reserved: fc.constant(0),
  });

const limitAndBucket = limits.chain((limit) => fc.tuple(fc.constant(limit), buckets(limit)));

/** A CA's own count: a log of when each token went, by the definition of a leaky bucket and not by our formula. */
class CaBucket {
  readonly #limit: Limit;
  #level = 0;
  #at = Number.NEGATIVE_INFINITY;

  constructor(limit: Limit) {
    this.#limit = limit;
  }

  takes(at: number): boolean {
    const leaked = (at - this.#at) / refillTime(this.#limit);
    this.#level = this.#at === Number.NEGATIVE_INFINITY ? 0 : Math.max(0, this.#level - leaked);
    this.#at = at;
    if (this.#level + 1 > this.#limit.burst + 1e-6) return false;
    this.#level += 1;
    return true;
  }
}

function reserved(limit: Limit, bucket: Bucket, now: Instant): Bucket {
  const reservation = reserve(limit, bucket, now);
  if (reservation.kind === "refused") throw new Error("It was refused.");
  return reservation.bucket;
}

describe("a bucket", () => {
  test("gives its burst at once, then one in each refill time", () => {
    let bucket = fullBucket;
    for (let n = 0; n < 300; n += 1)
      bucket = settle(letsencrypt, reserved(letsencrypt, bucket, start), start);
    expect(reserve(letsencrypt, bucket, start)).toEqual({
      kind: "refused",
      retryAt: instant(start + seconds(36)),
    });
    const next = instant(start + seconds(36));
    bucket = settle(letsencrypt, reserved(letsencrypt, bucket, next), next);
    expect(reserve(letsencrypt, bucket, next).kind).toBe("refused");
  });

  test("a refusal is honest: the same succeeds at retryAt, and not a millisecond before", () => {
    fc.assert(
      fc.property(limitAndBucket, fc.nat(3), ([limit, bucket], floor) => {
        const leave = Math.min(floor, limit.burst - 1);
        const refusal = reserve(limit, bucket, start, leave);
        if (refusal.kind === "reserved") return;
        expect(refusal.retryAt).toBeGreaterThan(start);
        expect(reserve(limit, bucket, refusal.retryAt, leave).kind).toBe("reserved");
        expect(reserve(limit, bucket, instant(refusal.retryAt - 1), leave).kind).toBe("refused");
      }),
    );
  });

  test("what is reserved counts until it is settled or released; released, nothing has happened", () => {
    fc.assert(
      fc.property(limitAndBucket, ([limit, bucket]) => {
        const reservation = reserve(limit, bucket, start);
        if (reservation.kind === "refused") return;
        expect(tokensLeft(limit, reservation.bucket, start)).toBeLessThanOrEqual(
          tokensLeft(limit, bucket, start),
        );
        expect(release(reservation.bucket)).toEqual(bucket);
      }),
    );
  });

  test("an unreserved token counts as one that was settled", () => {
    const settled = settle(letsencrypt, reserved(letsencrypt, fullBucket, start), start);
    expect(spend(letsencrypt, fullBucket, start)).toEqual(settled);
    expect(tokensLeft(letsencrypt, settled, start)).toBe(299);
  });

  test("the CA never refuses what we reserved, whenever between our plan and its answer it spends", () => {
    const steps = fc.array(
      fc.record({
        wait: fc.double({ min: 0, max: 3, noNaN: true }),
        toTheCa: fc.double({ min: 0, max: 2, noNaN: true }),
        backToUs: fc.double({ min: 0, max: 2, noNaN: true }),
        fails: fc.boolean(),
      }),
      { maxLength: 60 },
    );
    fc.assert(
      fc.property(limits, steps, (limit, plans) => {
        const refill = refillTime(limit);
        const ca = new CaBucket(limit);
        let bucket = fullBucket;
        let now = start as number;
        const events: { at: number; happens: () => void }[] = [];
        const runUntil = (until: number): void => {
          for (;;) {
            events.sort((a, b) => a.at - b.at);
            if (events[0] === undefined || events[0].at > until) return;
            events.shift()?.happens();
          }
        };
        for (const { wait, toTheCa, backToUs, fails } of plans) {
          now += wait * refill;
          runUntil(now);
          const reservation = reserve(limit, bucket, instant(now));
          if (reservation.kind === "refused") continue;
          bucket = reservation.bucket;
          const heard = now + toTheCa * refill;
          const answered = heard + backToUs * refill;
          if (fails) events.push({ at: answered, happens: () => (bucket = release(bucket)) });
          else {
            events.push({ at: heard, happens: () => expect(ca.takes(heard)).toBe(true) });
            events.push({
              at: answered,
              happens: () => (bucket = settle(limit, bucket, instant(answered))),
            });
          }
        }
        runUntil(Number.POSITIVE_INFINITY);
      }),
      { numRuns: 500 },
    );
  });

  test("a correction holds until its time, and says how wrong we were", () => {
    fc.assert(
      fc.property(limitAndBucket, fc.integer({ min: 1, max: 10_000_000 }), ([limit, bucket], wait) => {
        const retryAt = instant(start + wait);
        const corrected = correct(limit, bucket, { now: start, retryAt });
        const refusal = reserve(limit, corrected.bucket, start);
        expect(refusal.kind).toBe("refused");
        if (refusal.kind === "refused") expect(refusal.retryAt).toBeGreaterThanOrEqual(retryAt);
        expect(corrected.bucket.fullAt).toBeGreaterThanOrEqual(bucket.fullAt);
        if (reserve(limit, bucket, start).kind === "reserved") expect(corrected.drift).toBeGreaterThan(0);
      }),
    );
  });
});

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Instant, instant, seconds } from "../time/instant.ts";
import { type Limit, refillTime } from "./limit.ts";
import { limitSets } from "./limit-sets.ts";
import { fullAtForNext, mostSlots, nextSlotAt, pacedLimit, slotsOf } from "./request-slots.ts";

const now = instant(1_790_000_000_000);
const perSecond = (count: number, burst: number): Limit => ({ burst, count, period: seconds(1) });

/** As the store draws. */
function draw(limit: Limit, before: number, count: number, at: Instant) {
  const fullAt = Math.max(before, at) + count * refillTime(limit);
  return { fullAt, slots: slotsOf(limit, { fullAt, count, now: at }) };
}

describe("what is drawn", () => {
  test("as many at once as the burst has, the next as they refill", () => {
    const first = draw(perSecond(10, 3), 0, 5, now);
    expect(first.slots.map((at) => at - now)).toEqual([0, 0, 0, 100, 200]);
    expect(nextSlotAt(perSecond(10, 3), first.fullAt)).toBe(now + 300);
    expect(draw(perSecond(10, 3), first.fullAt, 1, now).slots).toEqual([now + 300]);
  });

  test("nothing before the instant that the CA named", () => {
    const limit = perSecond(7, 3);
    const fullAt = fullAtForNext(limit, instant(now + 30_000));
    const [first = 0] = draw(limit, fullAt, 1, now).slots;
    expect(first - now).toBeCloseTo(30_000, 2);
  });

  test.each([
    ["LE's newOrder", perSecond(300, 200), 30, 100],
    ["LE's newNonce", perSecond(20, 10), 2, 5],
    ["ZeroSSL's all", perSecond(7, 7), 1, 3],
    ["Google's challenge", limitSets.google.requests[2]?.limit ?? perSecond(1, 1), 1, 15],
    ["one at a time", perSecond(1, 1), 1, 1],
  ])("of %s: so many in one go, at so many we stop", (_, limit, most, burst) => {
    expect([mostSlots(limit), pacedLimit(limit).burst]).toEqual([most, burst]);
  });
});

/** Of the instants in ascending order, how many too many there are in the worst stretch of time. */
function excess(instants: readonly number[], { burst, count, period }: Limit): number {
  let tokens = burst;
  let at = instants[0] ?? 0;
  let least = burst;
  for (const next of instants) {
    tokens = Math.min(burst, tokens + ((next - at) * count) / period) - 1;
    at = next;
    least = Math.min(least, tokens);
  }
  return Math.max(0, -least);
}

test("whoever draws how many whenever: the CA never counts one too many, though each comes up to half the burst late", () => {
  const draws = fc.array(fc.record({ wait: fc.nat(3_000), count: fc.integer({ min: 1, max: 30 }) }), {
    minLength: 1,
    maxLength: 60,
  });
  const limits = fc.record({
    rate: fc.integer({ min: 1, max: 300 }),
    burst: fc.integer({ min: 2, max: 200 }),
  });
  fc.assert(
    fc.property(
      limits,
      draws,
      fc.infiniteStream(fc.double({ min: 0, max: 1, noNaN: true })),
      (of, all, delays) => {
        const limit = perSecond(of.rate, of.burst);
        const paced = pacedLimit(limit);
        const spare = (limit.burst - paced.burst - 1) * refillTime(limit);
        let fullAt = 0;
        let at: Instant = now;
        const arrived: number[] = [];
        for (const { wait, count } of all) {
          at = instant(at + wait);
          const drawn = draw(paced, fullAt, count, at);
          fullAt = drawn.fullAt;
          for (const slot of drawn.slots) {
            expect(slot).toBeGreaterThanOrEqual(at);
            arrived.push(slot + Math.max(0, spare) * (delays.next().value ?? 0));
          }
        }
        expect(
          excess(
            arrived.sort((a, b) => a - b),
            limit,
          ),
        ).toBeLessThan(0.01);
      },
    ),
  );
});

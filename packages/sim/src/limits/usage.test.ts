import { instant, milliseconds } from "@certmill/domain";
import fc from "fast-check";
import { expect, test } from "vitest";
import { type Allowance, divided, per } from "./allowance.ts";
import { Usage } from "./usage.ts";

const START = instant(Date.UTC(2027, 0, 1));

const allowances: fc.Arbitrary<Allowance> = fc.record({
  burst: fc.integer({ min: 1, max: 50 }),
  count: fc.integer({ min: 1, max: 50 }),
  period: fc.integer({ min: 1, max: 1_000_000 }).map(milliseconds),
});
const waits = fc.array(fc.integer({ min: 0, max: 200_000 }), { maxLength: 60 });

test("a refusal is honest: there is one at that instant, and not 1 ms before", () => {
  fc.assert(
    fc.property(allowances, waits, (allowance, gaps) => {
      const usage = new Usage();
      let now = START;
      for (const gap of gaps) {
        now = instant(now + gap);
        const at = usage.availableAt("a", allowance, now);
        expect(usage.spend("a", allowance, now)).toBe(at <= now);
        if (at <= now) continue;
        expect(usage.availableAt("a", allowance, instant(at - 1))).toBe(at);
        expect(usage.availableAt("a", allowance, at)).toBe(at);
      }
    }),
  );
});

/** By another way: every one that was spent, looked at again each time. */
test("no more is given than the burst and what has refilled since", () => {
  fc.assert(
    fc.property(allowances, waits, (allowance, gaps) => {
      const { burst, count, period } = allowance;
      const usage = new Usage();
      const given: number[] = [];
      let now = START;
      for (const gap of gaps) {
        now = instant(now + gap);
        if (usage.spend("a", allowance, now)) given.push(now);
      }
      for (const [index, from] of given.entries()) {
        for (const [further, to] of given.slice(index).entries()) {
          expect((further + 1 - burst) * period).toBeLessThanOrEqual((to - from) * count);
        }
      }
    }),
  );
});

test("what is given back is there again, and never more than all", () => {
  const usage = new Usage();
  const two = per(milliseconds(1_000), 2);
  usage.spend("a", two, START);
  usage.refund("a", two, START);
  usage.refund("a", two, START);
  expect([1, 2, 3].map(() => usage.spend("a", two, START))).toEqual([true, true, false]);
  expect(usage.left("a", two, START)).toBe(0);
  expect(usage.left("a", two, instant(START + 500))).toBe(1);
  expect(usage.left("b", two, START)).toBe(2);
  usage.reset("a");
  expect(usage.left("a", two, START)).toBe(2);
});

test("another allowance leaves the time until all is back as it was", () => {
  const usage = new Usage();
  const slow = per(milliseconds(1_000), 10);
  for (let n = 0; n < 10; n += 1) usage.spend("a", slow, START);
  const wide = per(milliseconds(10_000), 1_000);
  expect(usage.left("a", wide, START)).toBe(900);
  expect(usage.left("a", wide, instant(START + 500))).toBe(950);
});

test("what has refilled is forgotten, what has not is kept", () => {
  const usage = new Usage();
  const one = per(milliseconds(1_000), 1);
  usage.spend("kept", one, instant(START + 4_999));
  for (let n = 0; n < 5_000; n += 1) usage.spend(String(n), one, instant(START + n));
  expect(usage.spend("kept", one, instant(START + 5_000))).toBe(false);
});

test("divided: the pace is exact, the burst at least one", () => {
  expect(divided(per(milliseconds(3_000), 300), 100)).toEqual({ burst: 3, count: 3, period: 3_000 });
  expect(divided(per(milliseconds(7_000), 50), 100)).toEqual({ burst: 1, count: 50, period: 700_000 });
});

import fc from "fast-check";
import { expect, test } from "vitest";
import { nextBeat } from "./beat.ts";

const groups = fc.integer({ min: 1, max: 1_000_000 }).map(String);
const instants = fc.double({ min: 0, max: 1e9, noNaN: true });

test("all of a group that ask between two beats are told at the same, and soon", () => {
  fc.assert(
    fc.property(groups, fc.nat(100_000), instants, (edgeGroupId, open, now) => {
      const beat = nextBeat({ edgeGroupId, open, now });
      expect(beat).toBeGreaterThanOrEqual(now - 0.01);
      expect(beat - now).toBeLessThanOrEqual(4_000.01);
      const before = beat - 0.1;
      if (before > now) expect(nextBeat({ edgeGroupId, open, now: before })).toBeCloseTo(beat, 2);
    }),
  );
});

test("a poll more or less does not put agents out of step: a longer beat's instants are a shorter one's", () => {
  fc.assert(
    fc.property(groups, fc.nat(10_000), fc.nat(10_000), instants, (edgeGroupId, one, other, now) => {
      const [few = 0, many = 0] = [one, other].toSorted((a, b) => a - b);
      const late = nextBeat({ edgeGroupId, open: many, now });
      expect(nextBeat({ edgeGroupId, open: few, now: late - 0.1 })).toBeCloseTo(late, 2);
    }),
  );
});

test.each([
  [1, 250],
  [370, 250],
  [1_000, 1_000],
  [50_000, 4_000],
])("%d open polls are told every %d ms", (open, beat) => {
  const at = nextBeat({ edgeGroupId: "7", open, now: 1_000 });
  expect(nextBeat({ edgeGroupId: "7", open, now: at + 1 }) - at).toBeCloseTo(beat);
});

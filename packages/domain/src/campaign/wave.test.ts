import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { days, hours, instant } from "../time/instant.ts";
import { isFailing, judgeWave, lastWave, type WaveOutcome, waveSize } from "./wave.ts";

const beganAt = instant(1_800_000_000_000);
const soon = instant(beganAt + hours(1));

const outcomes: fc.Arbitrary<WaveOutcome> = fc
  .record({ members: fc.integer({ min: 1, max: 5_000 }), a: fc.nat(5_000), b: fc.nat(5_000) })
  .map(({ members, a, b }) => {
    const ended = a % (members + 1);
    return { members, ended, failed: b % (ended + 1) };
  });
const shares = fc.double({ min: 0, max: 1, noNaN: true });

describe("waveSize", () => {
  test.each([
    [500_000, [100, 5_000, 494_900]],
    [5_000, [100, 50, 4_850]],
    [120, [100, 2, 18]],
    [101, [100, 1, 0]],
    [7, [7, 0, 0]],
  ])("of %i", (size, expected) => {
    let left = size;
    const sizes = [1, 2, 3].map((wave) => {
      const released = waveSize(wave, { size, left });
      left -= released;
      return released;
    });
    expect(sizes).toEqual(expected);
  });

  test("all waves together release every certificate once", () => {
    fc.assert(
      fc.property(fc.nat(2_000_000), (size) => {
        let left = size;
        for (let wave = 1; wave <= lastWave; wave += 1) left -= waveSize(wave, { size, left });
        expect(left).toBe(0);
      }),
    );
  });
});

describe("judgeWave", () => {
  test.each([
    ["nothing has ended", { members: 100, ended: 0, failed: 0 }, soon, "under-way"],
    ["94 of 100", { members: 100, ended: 94, failed: 0 }, soon, "under-way"],
    ["95 of 100", { members: 100, ended: 95, failed: 0 }, soon, "passed"],
    ["95 of 100, half of them failed", { members: 100, ended: 96, failed: 48 }, soon, "passed"],
    ["95 of 100, more than half failed", { members: 100, ended: 95, failed: 48 }, soon, "failed"],
    ["half of all have failed, the rest may not", { members: 100, ended: 50, failed: 50 }, soon, "under-way"],
    ["more than half of all have failed", { members: 100, ended: 51, failed: 51 }, soon, "failed"],
    ["a day later with one", { members: 100, ended: 1, failed: 0 }, instant(beganAt + days(1)), "passed"],
    ["a day later with none", { members: 100, ended: 0, failed: 0 }, instant(beganAt + days(1)), "under-way"],
    ["just before", { members: 100, ended: 1, failed: 0 }, instant(beganAt + days(1) - 1), "under-way"],
  ])("%s", (_title, outcome, now, verdict) => {
    expect(judgeWave(outcome, { beganAt, mostFailed: 0.5 }, now)).toBe(verdict);
  });

  test("a wave that fails before its end fails however the rest ends", () => {
    fc.assert(
      fc.property(outcomes, shares, (outcome, mostFailed) => {
        if (judgeWave(outcome, { beganAt, mostFailed }, soon) !== "failed") return;
        if (outcome.ended >= 0.95 * outcome.members) return;
        const end = { ...outcome, ended: outcome.members };
        expect(judgeWave(end, { beganAt, mostFailed }, soon)).toBe("failed");
      }),
    );
  });

  test("one that passes has no more failures than allowed, and whoever allows all never sees one fail", () => {
    fc.assert(
      fc.property(outcomes, shares, (outcome, mostFailed) => {
        if (judgeWave(outcome, { beganAt, mostFailed }, soon) === "passed")
          expect(outcome.failed).toBeLessThanOrEqual(mostFailed * outcome.ended);
        expect(judgeWave(outcome, { beganAt, mostFailed: 1 }, soon)).not.toBe("failed");
      }),
    );
  });
});

test("a sample tells only from a hundred on", () => {
  expect(isFailing({ ended: 99, failed: 99 }, 0.5)).toBe(false);
  expect(isFailing({ ended: 100, failed: 51 }, 0.5)).toBe(true);
  expect(isFailing({ ended: 200, failed: 100 }, 0.5)).toBe(false);
});

import { days, instant } from "@certmill/domain";
import { expect, test } from "vitest";
import { type NameFate, seededNames } from "./seeded-names.ts";

const START = instant(Date.UTC(2027, 0, 1));
const options = {
  seed: 7,
  never: 0.08,
  later: { share: 0.05, from: START, within: days(12) },
  slow: { share: 0.03, seconds: 90 },
};
const NAMES = Array.from({ length: 20_000 }, (_, index) => `customer-${index}.example`);

test("fates come by their shares", () => {
  const { fateOf } = seededNames(options);
  const count = (fate: NameFate): number => NAMES.filter((name) => fateOf(name) === fate).length;
  for (const [fate, share] of [
    ["never", 0.08],
    ["later", 0.05],
    ["slow", 0.03],
    ["right", 0.84],
  ] as const) {
    expect(Math.abs(count(fate) / NAMES.length - share), fate).toBeLessThan(0.01);
  }
});

test("the same seed gives the same fates, another one others; www goes with its name", () => {
  const [one, same, other] = [
    seededNames(options),
    seededNames(options),
    seededNames({ ...options, seed: 8 }),
  ];
  expect(NAMES.map(same.fateOf)).toEqual(NAMES.map(one.fateOf));
  expect(NAMES.map(other.fateOf)).not.toEqual(NAMES.map(one.fateOf));
  for (const name of NAMES.slice(0, 500)) expect(one.fateOf(`www.${name}`)).toBe(one.fateOf(name));
});

test("a name is what its fate says at each instant", () => {
  const { model, fateOf, rightFrom } = seededNames(options);
  const end = instant(START + days(12));
  for (const name of NAMES.slice(0, 1_000)) {
    const from = rightFrom(name);
    switch (fateOf(name)) {
      case "right":
        expect(model(name, START)).toEqual({ kind: "right" });
        break;
      case "never":
        expect([from, model(name, instant(START + days(3_650))).kind]).toEqual([null, "wrong"]);
        break;
      case "later":
        if (from === null) throw new Error("a name that is right later is from some instant on");
        expect(from >= START && from < end).toBe(true);
        expect(model(name, instant(from - 1)).kind).toBe("wrong");
        expect(model(name, from)).toEqual({ kind: "right" });
        break;
      case "slow": {
        const state = model(name, START);
        expect(state.kind === "slow" && state.seconds >= 0 && state.seconds <= 90).toBe(true);
      }
    }
  }
});

test.each([
  { ...options, never: -0.1 },
  { ...options, never: Number.NaN },
  { ...options, never: 0.95 },
])("shares that are none are refused", (wrong) => {
  expect(() => seededNames(wrong)).toThrow(RangeError);
});

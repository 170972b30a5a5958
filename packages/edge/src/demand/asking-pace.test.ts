import { expect, test } from "vitest";
import { AskingPace } from "./asking-pace.ts";

const start = Date.UTC(2026, 10, 1);
const taken = (pace: AskingPace, names: readonly string[], at = start): number =>
  names.filter((name) => pace.take(name, at)).length;
const numbered = (count: number, suffix: string): string[] =>
  Array.from({ length: count }, (_, n) => `x${n}${suffix}`);

test("a flood of names below one domain leaves room for others", () => {
  const pace = new AskingPace();
  expect(taken(pace, numbered(1_000, ".flooded.example.com"))).toBe(10);
  expect(taken(pace, numbered(20, ".example.net"))).toBe(10);
  expect(taken(pace, numbered(20, "-shop.example"))).toBe(20);
});

test("no more than fifty in a second, of whatever names, and as many in the next", () => {
  const pace = new AskingPace();
  expect(taken(pace, numbered(1_000, ".test"))).toBe(50);
  expect(taken(pace, numbered(1_000, ".test"), start + 999)).toBe(0);
  expect(taken(pace, numbered(1_000, ".test"), start + 1_000)).toBe(50);
});

test("shops under a country's second level are not taken for names of one domain", () => {
  const pace = new AskingPace();
  expect(taken(pace, numbered(30, ".co.uk"))).toBe(30);
  expect(taken(pace, numbered(30, ".shop.co.uk"))).toBe(10);
});

import { expect, test } from "vitest";
import { Answers } from "./answers.ts";

const unknown = { kind: "unknown" } as const;

test("an answer is kept for its time", () => {
  const answers = new Answers();
  answers.set("a.example.com", unknown, 1_000);
  expect(answers.get("a.example.com", 30_999)).toBe(unknown);
  expect(answers.get("a.example.com", 31_000)).toBeNull();
  expect(answers.get("b.example.com", 1_000)).toBeNull();
});

test("the oldest are forgotten when there are too many", () => {
  const answers = new Answers();
  for (let i = 0; i < 10_500; i += 1) answers.set(`n${i}.example.com`, unknown, i);
  expect(answers.size).toBe(10_000);
  expect(answers.get("n499.example.com", 0)).toBeNull();
  expect(answers.get("n500.example.com", 0)).toBe(unknown);
});

import { expect, test } from "vitest";
import { progressText } from "./progress-text.ts";

const tally = { rows: 215_000, seconds: 17.5, rejected: 12, bytes: 430 };

test("a bar takes the room that is there", () => {
  const text = progressText(tally, 1_000, 80);
  expect(text).toBe("[=========>              ] 43 %  215,000 rows  12,286/s  23 s left  12 rejected");
  expect(text.length).toBeLessThanOrEqual(80);
});

test("a narrow terminal and a pipe get no bar", () => {
  expect(progressText(tally, 1_000, 50)).toBe("43 %  215,000 rows  12,286/s  23 s left  12 rejected");
  expect(progressText(tally, 1_000, null)).toBe("43 %  215,000 rows  12,286/s  23 s left  12 rejected");
});

test("where the size is not known there is no share and no end to foresee", () => {
  expect(progressText({ ...tally, rejected: 0 }, null, 80)).toBe("215,000 rows  12,286/s");
});

test("the beginning and the end divide by nothing", () => {
  expect(progressText({ rows: 0, seconds: 0, rejected: 0, bytes: 0 }, 1_000, null)).toBe("0 %  0 rows  0/s");
  expect(progressText({ rows: 9, seconds: 1, rejected: 0, bytes: 50 }, 50, 60)).toBe(
    "[========================] 100 %  9 rows  9/s",
  );
});

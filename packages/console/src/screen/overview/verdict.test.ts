import type { Overview } from "@certmill/api";
import { expect, test } from "vitest";
import { changeWords } from "./change-words.ts";
import { verdictOf } from "./verdict.ts";

const alert = (severity: "critical" | "warning"): Overview["alerts"][number] => ({
  code: "work-stuck",
  severity,
  sentence: "",
  count: null,
  ca: null,
  since: null,
});

test.each([
  [[], "good", "All is well."],
  [["warning"], "warn", "It works. 1 thing to look at."],
  [["critical"], "bad", "1 thing to act on now."],
  [["critical", "critical", "warning"], "bad", "2 things to act on now, 1 more to look at."],
] as const)("%j is %s", (severities, tone, headline) => {
  expect(verdictOf({ alerts: severities.map(alert) })).toEqual({ tone, headline });
});

test.each([
  [1_000, 1_200, null],
  [1_000, 2_000, "2.0× slower"],
  [3_000, 1_000, "3.0× faster"],
  [100, 2_000, "20× slower"],
  [null, 1_000, null],
  [0, 1_000, null],
])("from %s to %s: %s", (before, now, words) => {
  expect(changeWords(before, now)?.words ?? null).toBe(words);
});

import { expect, test } from "vitest";
import { type Report, tally } from "./tally.ts";

const passing: Report = { passed: 3, failed: 0, skipped: 1, brokenFiles: [] };
const empty: Report = { passed: 0, failed: 0, skipped: 0, brokenFiles: [] };

test.each([
  ["all passed", passing, 0, { passed: 3, failed: 0, skipped: 1 }],
  ["one failed", { ...passing, failed: 1 }, 1, { passed: 3, failed: 1 }],
  ["a file did not load", { ...passing, brokenFiles: ["b.test.ts"] }, 1, { passed: 3, failed: 1 }],
  ["a test failed, and a file did not load", { ...passing, failed: 1, brokenFiles: ["b"] }, 1, { failed: 2 }],
  ["an error outside any test", passing, 1, { passed: 3, failed: 1 }],
  ["killed after the report", passing, null, { passed: 3, failed: 1 }],
  ["nothing collected, and content with it", empty, 0, { passed: 0, failed: 1 }],
  ["no report", null, 0, { passed: 0, failed: 1 }],
  ["no report, killed", null, null, { passed: 0, failed: 1 }],
] as const)("%s", (_what, report, code, expected) => {
  const result = tally(report, code);
  expect(result).toMatchObject(expected);
});

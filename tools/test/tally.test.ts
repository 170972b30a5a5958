import { expect, test } from "vitest";
import { type Report, tally } from "./tally.ts";

const passing: Report = {
  numPassedTests: 3,
  numFailedTests: 0,
  numPendingTests: 1,
  testResults: [{ name: "a.test.ts", status: "passed", assertionResults: [{ status: "passed" }] }],
};
const none: Report = { numPassedTests: 0, numFailedTests: 0, numPendingTests: 0, testResults: [] };
const brokenFile = { name: "b.test.ts", status: "failed", assertionResults: [] } as const;
const failingFile = {
  name: "c.test.ts",
  status: "failed",
  assertionResults: [{ status: "failed" }],
} as const;

test.each([
  ["all passed", passing, 0, { passed: 3, failed: 0, skipped: 1 }],
  ["one failed", { ...passing, numFailedTests: 1, testResults: [failingFile] }, 1, { passed: 3, failed: 1 }],
  ["a file did not load", { ...passing, testResults: [brokenFile] }, 1, { passed: 3, failed: 1 }],
  ["an error outside any test", passing, 1, { passed: 3, failed: 1 }],
  ["killed after the report", passing, null, { passed: 3, failed: 1 }],
  ["nothing collected, and content with it", none, 0, { passed: 0, failed: 1 }],
  ["no report", null, 0, { passed: 0, failed: 1 }],
  ["no report, killed", null, null, { passed: 0, failed: 1 }],
] as const)("%s", (_what, report, code, expected) => {
  expect(tally(report, code)).toMatchObject(expected);
});

import type { JsonTestResults } from "vitest/node";

export interface Tally {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
  /** What counts as failed although no test says so. */
  readonly faults: readonly string[];
}

/** The part of Vitest's JSON report that is counted. */
export type Report = Pick<JsonTestResults, "numPassedTests" | "numFailedTests" | "numPendingTests"> & {
  readonly testResults: readonly {
    readonly name: string;
    readonly status: "failed" | "passed";
    readonly assertionResults: readonly { readonly status: string }[];
  }[];
};

/**
 * Counts a run so that nothing that went wrong is counted as nothing: a file that did not load, a hook
 * that threw, a run that collected no test, ended early, or left an error outside any test.
 *
 * @param report `null` when Vitest wrote none.
 * @param code Vitest's exit code; `null` when it was killed.
 */
export function tally(report: Report | null, code: number | null): Tally {
  if (report === null) {
    return { passed: 0, failed: 1, skipped: 0, faults: [`Vitest ended without a report (${ending(code)}).`] };
  }
  const faults = report.testResults
    .filter(
      (file) => file.status === "failed" && file.assertionResults.every((each) => each.status !== "failed"),
    )
    .map((file) => `${file.name} failed outside its tests.`);
  const { numPassedTests: passed, numFailedTests, numPendingTests: skipped } = report;
  if (passed + numFailedTests === 0) faults.push("No test was run.");
  const failed = numFailedTests + faults.length;
  if (failed > 0 || code === 0) return { passed, failed, skipped, faults };
  return { passed, failed: 1, skipped, faults: [`Every test passed, but Vitest did not (${ending(code)}).`] };
}

const ending = (code: number | null): string => (code === null ? "killed" : `exit code ${code}`);

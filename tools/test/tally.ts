/** What our reporter writes of a run. */
export interface Report {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
  /** Files that did not load, or failed in a hook or otherwise outside their tests. */
  readonly brokenFiles: readonly string[];
}

/** `faults` says what counts as failed although no test says so. */
export interface Tally extends Omit<Report, "brokenFiles"> {
  readonly faults: readonly string[];
}

/**
 * Counts a run so that nothing that went wrong is counted as nothing: a file that did not load, a hook
 * that threw, a run that collected no test, ended early, or left an error outside any test.
 *
 * @param report `null` when the run wrote none.
 * @param code Vitest's exit code; `null` when it was killed.
 */
export function tally(report: Report | null, code: number | null): Tally {
  if (report === null)
    return { ...none, failed: 1, faults: [`Vitest ended without a report (${ending(code)}).`] };
  const { brokenFiles, ...counts } = report;
  const faults = brokenFiles.map((file) => `${file} failed outside its tests.`);
  if (counts.passed + counts.failed === 0) faults.push("No test was run.");
  if (counts.failed + faults.length === 0 && code !== 0) {
    faults.push(`Every test passed, but Vitest did not (${ending(code)}).`);
  }
  return { ...counts, failed: counts.failed + faults.length, faults };
}

const none = { passed: 0, failed: 0, skipped: 0 };

const ending = (code: number | null): string => (code === null ? "killed" : `exit code ${code}`);

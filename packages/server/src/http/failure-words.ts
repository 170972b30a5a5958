import { type Finding, failures, findingSentence, isFailureCode } from "@certmill/domain";

export interface FailureWords {
  readonly party: "customer" | "ca" | "operator";
  /** What is wrong and what to change. */
  readonly sentence: string;
}

/** Of a code that this program does not know, as a newer one may have written. */
const unknown = (code: string): FailureWords => ({
  party: "operator",
  sentence: `The last attempt failed (${code}).`,
});

/** @param finding what a check found, where it is that: the customer's to change. */
export function failureWords(code: string, finding: Finding | null = null): FailureWords {
  if (finding !== null) return { party: "customer", sentence: findingSentence(finding) };
  return isFailureCode(code) ? failures[code] : unknown(code);
}

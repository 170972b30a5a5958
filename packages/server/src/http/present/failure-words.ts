import {
  type Finding,
  failures,
  findingSentence,
  isFailureCode,
  type Remedy,
  remedies,
} from "@certmill/domain";

export interface FailureWords extends Remedy {
  readonly party: "customer" | "ca" | "operator";
  /** What is wrong and what to change. */
  readonly sentence: string;
}

/** Of a code that this program does not know, as a newer one may have written. */
const unknown = (code: string): FailureWords => ({
  party: "operator",
  acts: "operator",
  anotherCa: false,
  anotherChallenge: false,
  sentence: `The last attempt failed (${code}).`,
});

/** @param finding what a check found, where it is that: the customer's to change. */
export function failureWords(code: string, finding: Finding | null = null): FailureWords {
  if (finding !== null)
    return { party: "customer", sentence: findingSentence(finding), ...remedyOf(finding) };
  return isFailureCode(code) ? { ...failures[code], ...remedies[code] } : unknown(code);
}

/** What a check found is the customer's to change; what CAA forbids one CA, another may do. */
const remedyOf = ({ ca }: Finding): Remedy => ({
  acts: "customer",
  anotherCa: ca !== null,
  anotherChallenge: false,
});

import { classifyValidation, type Fault, type ProblemFacts } from "../failure/classify.ts";
import type { AuthorizationFacts } from "./input.ts";

/** A name that the CA could not validate, with its problem. */
export interface FailedName {
  readonly identifier: string;
  readonly problem: ProblemFacts;
}

/**
 * Why an order became invalid. The authorizations that are invalid too have ended it; an error that one of
 * another status carries may be an earlier order's, and counts only when there is nothing better.
 *
 * @param orderProblem the order's own error, in the CA's words; null when it has none.
 */
export function diagnose(authorizations: readonly AuthorizationFacts[], orderProblem: string | null): Fault {
  const withProblem = authorizations.flatMap(({ identifier, status, problem }) =>
    problem === null ? [] : [{ identifier, status, problem }],
  );
  const invalid = withProblem.filter(({ status }) => status === "invalid");
  const [first, ...others] = invalid.length > 0 ? invalid : withProblem;
  if (first === undefined) {
    return { code: "order-invalid", detail: orderProblem ?? "The order is invalid.", retryAt: null };
  }
  return failedValidation([first, ...others]);
}

/** Names told in the CA's words; an order may have a hundred. */
const mostTold = 3;

/** The first name's problem decides; the detail tells of the others too. */
export function failedValidation(failed: readonly [FailedName, ...FailedName[]]): Fault {
  const told = failed.slice(0, mostTold).map(({ identifier, problem }) => `${identifier}: ${problem.detail}`);
  const untold = failed.length - told.length;
  if (untold > 0) told.push(untold === 1 ? "1 more name failed" : `${untold} more names failed`);
  return { ...classifyValidation(failed[0].problem), detail: told.join("; ") };
}

/**
 * When a lineage tries again after a failed issuance. The steps for what a customer must fix are those
 * Let's Encrypt's integration guide gives: 1, 10 and 100 minutes, then once a day, which never adds up to
 * its pause after 1,152 consecutive failures. Of a list of 500,000 names 40,000 may never be right: once a day
 * they alone would want more orders than an account has. So what is never put right is given up (life/give-up.ts).
 * What is the CA's trouble, or the operator's, is never given up.
 */
import type { Fault } from "../failure/classify.ts";
import { type FailureCode, failures } from "../failure/failure-code.ts";
import {
  after,
  between,
  type Duration,
  days,
  hours,
  type Instant,
  instant,
  milliseconds,
  minutes,
} from "../time/instant.ts";

const customerSteps: readonly Duration[] = [minutes(1), minutes(10), minutes(100)];
/** After those. */
const daily = days(1);
const caFirst = minutes(1);
const caMost = hours(6);
/**
 * With these a validation may have failed, which the CA counts whosever doing it is: in the long run once a day, at which it
 * never pauses a name.
 */
const countedByCa: ReadonlySet<FailureCode> = new Set(["order-invalid", "validation-timeout"]);
const longestWait = days(8);

export interface FailedTries {
  /** Failed issuances in a row, this one included; 1 for the first. */
  readonly attempt: number;
  /** From when on a failure that is the customer's to put right is the last. */
  readonly givesUpAt: Instant;
}

/**
 * A limit's own time replaces our steps, as it is exact; any other time the CA names can only lengthen them
 * (Let's Encrypt says `Retry-After: 60` with every 500, however long its trouble lasts).
 *
 * @returns null when it is given up, or only a person can help.
 */
export function retryAt(fault: Fault, { attempt, givesUpAt }: FailedTries, now: Instant): Instant | null {
  const { recovery, party } = failures[fault.code];
  if (recovery === "end" || (party === "customer" && now >= givesUpAt)) return null;
  // It goes back into the line, where the ledger keeps it from the CA until the limit allows, and another may take it.
  if (fault.limit !== undefined) return after(now, caFirst);
  const own = after(now, party === "customer" ? customerWait(attempt) : caWait(fault.code, attempt));
  if (fault.retryAt === null) return own;
  const least = fault.code === "rate-limited" ? after(now, caFirst) : own;
  return instant(Math.min(Math.max(fault.retryAt, least), after(now, longestWait)));
}

const customerWait = (attempt: number): Duration => customerSteps[attempt - 1] ?? daily;

/** Tries that the steps for what a customer must fix have come to by `now`, the first one at `since` included. */
export function triesBySteps(since: Instant, now: Instant): number {
  let next = since;
  for (const [index, step] of customerSteps.entries()) {
    next = after(next, step);
    if (now < next) return index + 1;
  }
  return customerSteps.length + 1 + Math.floor(between(next, now) / daily);
}

function caWait(code: FailureCode, attempt: number): Duration {
  return milliseconds(Math.min(caFirst * 4 ** (attempt - 1), countedByCa.has(code) ? daily : caMost));
}

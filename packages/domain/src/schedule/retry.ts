/**
 * When a lineage tries again after a failed issuance. The steps for what a customer must fix are those
 * Let's Encrypt's integration guide gives: 1, 10 and 100 minutes, then once a day, which never adds up to
 * its pause after 1,152 consecutive failures.
 */
import type { Fault } from "../failure/classify.ts";
import { failures } from "../failure/failure-code.ts";
import {
  after,
  type Duration,
  days,
  hours,
  type Instant,
  instant,
  milliseconds,
  minutes,
} from "../time/instant.ts";

const customerSteps: readonly Duration[] = [minutes(1), minutes(10), minutes(100)];
const caFirst = minutes(1);
const caMost = hours(6);
const longestWait = days(8);

/**
 * A limit's own time replaces our steps, as it is exact; any other time the CA names can only lengthen them
 * (Let's Encrypt says `Retry-After: 60` with every 500, however long its trouble lasts).
 *
 * @param attempt failed issuances in a row, this one included; 1 for the first.
 * @returns null when only a person can help.
 */
export function retryAt(fault: Fault, attempt: number, now: Instant): Instant | null {
  const { recovery, party } = failures[fault.code];
  if (recovery === "end") return null;
  // It goes back into the line, where the ledger keeps it from the CA until the limit allows, and another may take it.
  if (fault.limit !== undefined) return after(now, caFirst);
  const own = after(now, party === "customer" ? customerWait(attempt) : caWait(attempt));
  if (fault.retryAt === null) return own;
  const least = fault.code === "rate-limited" ? after(now, caFirst) : own;
  return instant(Math.min(Math.max(fault.retryAt, least), after(now, longestWait)));
}

function customerWait(attempt: number): Duration {
  return customerSteps[attempt - 1] ?? days(1);
}

function caWait(attempt: number): Duration {
  return milliseconds(Math.min(caFirst * 4 ** (attempt - 1), caMost));
}

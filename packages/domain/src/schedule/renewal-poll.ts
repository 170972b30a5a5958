/** When a certificate's renewal information is asked for again (RFC 9773 section 4.3). */
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

export type PollAnswer =
  /** A window. `retryAt` is both the least and the most to wait; null: the CA did not say. */
  | { readonly kind: "told"; readonly retryAt: Instant | null }
  /** The CA is in trouble, or was not reached. `failures` in a row, this one included. */
  | { readonly kind: "trouble"; readonly retryAt: Instant | null; readonly failures: number }
  /** The CA does not know the certificate, or its answer makes no sense: asking soon again is of no use. */
  | { readonly kind: "useless"; readonly retryAt: Instant | null };

const least = minutes(1);
const most = days(1);
/** The RFC's, for an answer that does not say, and after errors that last. */
const unsaid = hours(6);
/** So many tries follow each other closely: 1, 4, 16 and 64 minutes. */
const closeTries = 4;

/** @returns null when that would be after the certificate's end: it is not asked about any more. */
export function pollAgainAt(answer: PollAnswer, notAfter: Instant, now: Instant): Instant | null {
  const at = answerAt(answer, now);
  return at <= notAfter ? at : null;
}

function answerAt(answer: PollAnswer, now: Instant): Instant {
  const { retryAt } = answer;
  const asked = retryAt === null ? null : instant(Math.min(Math.max(retryAt, now + least), now + most));
  if (answer.kind === "told") return asked ?? after(now, unsaid);
  const own = after(now, answer.kind === "useless" ? unsaid : backOff(answer.failures));
  return instant(Math.max(own, asked ?? own));
}

const backOff = (failures: number): Duration =>
  failures > closeTries ? unsaid : milliseconds(least * 4 ** (failures - 1));

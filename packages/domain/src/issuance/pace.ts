/** How often an order is looked at, and for how long. */
import {
  after,
  between,
  type Duration,
  hours,
  type Instant,
  instant,
  milliseconds,
  minutes,
  seconds,
} from "../time/instant.ts";

const ownSteps: readonly Duration[] = [
  milliseconds(300),
  milliseconds(700),
  seconds(1),
  seconds(2),
  seconds(3),
];
const ownMost = seconds(5);
const longestPoll = minutes(1);
const longestLatePoll = minutes(15);
const late = minutes(10);

/** How long the name servers of a zone may take to have what was written, notifications between them included. */
export const propagationDeadline = minutes(30);
/** How long one of them that does not answer is waited for, while all others have it: a CA may ask it as soon as it does. */
export const silencePatience = minutes(1);
/** How long the CA may take to validate before we end the issuance. */
export const validationDeadline = minutes(10);
/** How long the CA may take to issue; some need hours (ZeroSSL was seen to need days). */
export const processingDeadline = hours(24);

/**
 * When to poll next. A Retry-After is honoured but clamped: CAs have sent 86400 for objects that are ready
 * in seconds, and an HTTP-date from a clock behind ours is past when it arrives. Without one, and at the
 * least, our own steps. An order that takes long is asked seldom.
 *
 * @param polls how many polls of this step have been answered.
 */
export function nextPoll(since: Instant, polls: number, retryAt: Instant | null, now: Instant): Instant {
  const isLate = between(since, now) > late;
  const most = isLate ? longestLatePoll : longestPoll;
  const own = after(now, isLate ? minutes(1) : (ownSteps[polls] ?? ownMost));
  return noSooner(own, retryAt, after(now, most));
}

const faultFirst = seconds(1);
const faultMost = minutes(5);
/** With the doubling from one second up to five minutes this is over half an hour of trying. */
export const mostFaults = 15;

/**
 * Before there is an order nothing is lost by giving up, and another CA may take it: a quarter of a minute of trying.
 */
export const mostFaultsBeforeOrder = 4;

/**
 * When to do a step again after a fault that a pause cures: never sooner than the doubling, or a CA that
 * answers 503 with a Retry-After of a second has used all its faults up in a quarter of a minute.
 *
 * @param faults faults in a row, this one included.
 */
export function afterFault(faults: number, retryAt: Instant | null, now: Instant): Instant {
  const own = after(now, milliseconds(Math.min(faultFirst * 2 ** (faults - 1), faultMost)));
  return noSooner(own, retryAt, after(now, hours(1)));
}

const noSooner = (own: Instant, askedFor: Instant | null, most: Instant): Instant =>
  askedFor === null ? own : instant(Math.min(Math.max(askedFor, own), most));

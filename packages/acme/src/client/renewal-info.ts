import { AcmeError } from "../wire/acme-error.ts";
import { JsonRecord } from "../wire/json-record.ts";

/** When the CA suggests that a certificate be renewed (RFC 9773 section 4.2). */
export interface RenewalInfo {
  /** Milliseconds since the epoch; in the past for a certificate that is to be replaced at once. */
  readonly start: number;
  /** Milliseconds since the epoch; after `start`. */
  readonly end: number;
  /** A page that says why the window is where it is, to be shown to the operator; null when there is none. */
  readonly explanationUrl: string | null;
}

const MINUTE = 60_000;
/** RFC 9773 section 4.3.2: Retry-After is both the least and the most to wait, within sane bounds. */
const LEAST_WAIT = MINUTE;
const MOST_WAIT = 24 * 60 * MINUTE;
/** RFC 9773 section 4.3.3: after an answer that says nothing of use. */
const DEFAULT_WAIT = 6 * 60 * MINUTE;

/** @throws AcmeError `bad-response`; also for a window that ends before it begins (RFC 9773 section 4.2). */
export function parseRenewalInfo(text: string): RenewalInfo {
  const info = JsonRecord.parse(text, "renewalInfo");
  const window = info.record("suggestedWindow");
  const start = window.instantOrNull("start");
  const end = window.instantOrNull("end");
  if (start === null || end === null || end <= start) {
    throw new AcmeError("bad-response", 'renewalInfo: "suggestedWindow" is no span of time');
  }
  return { start, end, explanationUrl: info.urlOrNull("explanationURL") };
}

/**
 * When renewal information is to be fetched again: `retryAt` kept between a minute and a day from now, and in
 * six hours when the CA does not say (RFC 9773 section 4.3).
 *
 * @param retryAt milliseconds since the epoch; null for an answer without `Retry-After`, or none at all.
 */
export function renewalInfoRetryAt(retryAt: number | null, now: number): number {
  if (retryAt === null) return now + DEFAULT_WAIT;
  return Math.min(Math.max(retryAt, now + LEAST_WAIT), now + MOST_WAIT);
}

/**
 * The instant at which to renew: one in the window, evenly spread (RFC 9773 section 4.2).
 *
 * @param chance from 0 to below 1: random, or a hash of the certificate for a choice that lasts.
 * @returns milliseconds since the epoch; in the past: renew now.
 * @throws RangeError for another `chance`.
 */
export function renewalTime({ start, end }: RenewalInfo, chance: number): number {
  if (!(chance >= 0 && chance < 1))
    throw new RangeError(`chance must be from 0 to below 1, but is ${chance}`);
  return Math.floor(start + (end - start) * chance);
}

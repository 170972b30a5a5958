import { AcmeError } from "../wire/acme-error.ts";
import { JsonRecord } from "../wire/json-record.ts";
import type { AcmeHttpHeaders } from "../wire/transport.ts";
import type { Retrieved } from "./retrieved.ts";

/** When the CA suggests that a certificate be renewed (RFC 9773 section 4.2). */
export interface RenewalInfo {
  /** Milliseconds since the epoch; in the past for a certificate that is to be replaced at once. */
  readonly start: number;
  /** Milliseconds since the epoch; after `start`. */
  readonly end: number;
  /** A page that says why the window is where it is, to be shown to the operator; null when there is none. */
  readonly explanationUrl: string | null;
}

/** Renewal information with the name of the version that was told. */
export interface RetrievedRenewalInfo extends Retrieved<RenewalInfo> {
  /**
   * The answer's entity tag with its quotes (RFC 9110 section 8.8.3), for `changedRenewalInfo`; null when the CA gives
   * none, or one that is malformed. Of any length.
   */
  readonly etag: string | null;
}

/** The CA's word that renewal information is as it was (304). */
export interface UnchangedRenewalInfo {
  /** null: what was told with the entity tag still holds. */
  readonly resource: null;
  /** When to ask again, clamped: milliseconds since the epoch. */
  readonly retryAt: number;
}

const MINUTE = 60_000;
/** RFC 9773 section 4.3.2: Retry-After is both the least and the most to wait, within sane bounds. */
const LEAST_WAIT = MINUTE;
const MOST_WAIT = 24 * 60 * MINUTE;
/** RFC 9773 section 4.3.3: after an answer that says nothing of use. */
const DEFAULT_WAIT = 6 * 60 * MINUTE;

/** As it is to be sent back: visible ASCII in quotes, nothing that could end a header. */
const ENTITY_TAG = /^(?:W\/)?"[\x21\x23-\x7e]*"$/;

/** The entity tag of an answer; null without a well-formed one. */
export function entityTag(headers: AcmeHttpHeaders): string | null {
  const value = headers.get("etag");
  return value !== null && ENTITY_TAG.test(value) ? value : null;
}

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

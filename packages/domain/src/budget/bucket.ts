/**
 * What is left of one limit for one key (an account, a registered domain, a set of names), by the generic cell rate
 * algorithm (ITU-T I.371): one instant tells it all. A CA spends later than we plan, and at an instant that we do not
 * learn exactly. So what is planned is reserved, and counted as if it were spent now, for as long as the CA's answer is
 * out; once that is there it is spent as of then. Our bucket is thus never fuller than the CA's.
 */
import { type Instant, instant } from "../time/instant.ts";
import { type Limit, refillTime } from "./limit.ts";

export interface Bucket {
  /** When it will be full again, in milliseconds since the epoch; fractions matter. The past: full now. */
  readonly fullAt: number;
  /** Planned, and not yet settled or released. */
  readonly reserved: number;
}

export const fullBucket: Bucket = { fullAt: 0, reserved: 0 };

export type Reservation =
  | { readonly kind: "reserved"; readonly bucket: Bucket }
  /**
   * @property retryAt the first instant at which the same call would succeed, if nothing else happens to the bucket.
   *   With reservations that are not settled it may turn out later.
   */
  | { readonly kind: "refused"; readonly retryAt: Instant };

/** When there will be `tokens` in it (at least one). */
const whenHas = (tokens: number, limit: Limit, { fullAt, reserved }: Bucket, now: Instant): number =>
  Math.max(fullAt, now) + (reserved + tokens - limit.burst) * refillTime(limit);

/**
 * Reserves one token, leaving `floor` of them to others.
 *
 * @param floor tokens that must be left after it; 0 to burst − 1.
 */
export function reserve(limit: Limit, bucket: Bucket, now: Instant, floor = 0): Reservation {
  const at = whenHas(floor + 1, limit, bucket, now);
  if (at > now) return { kind: "refused", retryAt: instant(Math.ceil(at)) };
  return { kind: "reserved", bucket: { ...bucket, reserved: bucket.reserved + 1 } };
}

/** The CA has spent one that was reserved, at `at` or a little before. */
export function settle(limit: Limit, { fullAt, reserved }: Bucket, at: Instant): Bucket {
  return { fullAt: Math.max(fullAt, at) + refillTime(limit), reserved: Math.max(0, reserved - 1) };
}

/** One that was reserved will never be spent. */
export function release({ fullAt, reserved }: Bucket): Bucket {
  return { fullAt, reserved: Math.max(0, reserved - 1) };
}

/** The CA has spent one that was not reserved. */
export const spend = (limit: Limit, bucket: Bucket, at: Instant): Bucket => ({
  ...bucket,
  fullAt: Math.max(bucket.fullAt, at) + refillTime(limit),
});

/**
 * The CA has refused: there is no token before `retryAt`. Never makes a bucket fuller.
 *
 * @returns the bucket; by how many tokens we thought it fuller than the CA does is `drift`.
 */
export function correct(
  limit: Limit,
  bucket: Bucket,
  { now, retryAt }: { readonly now: Instant; readonly retryAt: Instant },
): { readonly bucket: Bucket; readonly drift: number } {
  const fullAt = retryAt + (limit.burst - 1) * refillTime(limit);
  const drift = Math.max(0, fullAt - Math.max(bucket.fullAt, now)) / refillTime(limit);
  return { bucket: { ...bucket, fullAt: Math.max(bucket.fullAt, fullAt) }, drift };
}

/** Tokens that could be reserved now: 0 to burst, with fractions. */
export function tokensLeft(limit: Limit, { fullAt, reserved }: Bucket, now: Instant): number {
  const owed = Math.max(0, fullAt - now) / refillTime(limit) + reserved;
  return Math.min(limit.burst, Math.max(0, limit.burst - owed));
}

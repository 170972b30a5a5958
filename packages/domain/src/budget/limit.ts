import { type Duration, seconds } from "../time/instant.ts";

/**
 * A CA's rule: `burst` at once, and `count` more in each `period`, evenly. `{ 300, 300, 3 h }` is Let's Encrypt's
 * "300 new orders in 3 hours": a token each 36 seconds, 300 of them at most.
 */
export interface Limit {
  readonly burst: number;
  readonly count: number;
  readonly period: Duration;
}

/**
 * Stands for a limit that a CA has refused for and that nobody told us of: a correction holds until its time, and after
 * that it holds nothing back.
 */
export const unknownLimit: Limit = { burst: 1_000_000, count: 1_000_000, period: seconds(1) };

/** How long one token takes to come back, in milliseconds; fractions matter. */
export const refillTime = ({ count, period }: Limit): number => period / count;

/**
 * What CAs count. The names are the fragments of Let's Encrypt's help links, which is how a refusal names its limit.
 * Source: https://letsencrypt.org/docs/rate-limits/
 */
export const limitNames = [
  "new-orders-per-account",
  "new-certificates-per-registered-domain",
  "new-certificates-per-exact-set-of-identifiers",
  "authorization-failures-per-identifier-per-account",
  "consecutive-authorization-failures-per-identifier-per-account",
] as const;

export type LimitName = (typeof limitNames)[number];

export const isLimitName = (text: string): text is LimitName =>
  (limitNames as readonly string[]).includes(text);

/** The limits of one CA as one account has them; a limit that is absent does not hold. */
export type Limits = Readonly<Partial<Record<LimitName, Limit>>>;

/** How fast a CA may be asked: for one kind of resource, or `*` for all of them together. */
export interface RequestLimit {
  readonly resource: string;
  readonly limit: Limit;
}

/** How often a token may ask for what customers' browsers ask for, by process. */
import {
  type Bucket,
  fullBucket,
  type Instant,
  type Limit,
  reserve,
  seconds,
  settle,
} from "@certmill/domain";

/** A page of domains at once, and then ten a second. */
const rule: Limit = { burst: 100, count: 10, period: seconds(1) };

/** Tokens remembered; those that ask seldom say nothing. */
const mostTokens = 10_000;

export class TokenPace {
  readonly #buckets = new Map<string, Bucket>();

  /** @returns null: it may. Else when it may ask again. */
  ask(tokenId: string, now: Instant): Instant | null {
    const reservation = reserve(rule, this.#buckets.get(tokenId) ?? fullBucket, now);
    if (reservation.kind === "refused") return reservation.retryAt;
    if (this.#buckets.size >= mostTokens) this.#forget(now);
    this.#buckets.set(tokenId, settle(rule, reservation.bucket, now));
    return null;
  }

  #forget(now: Instant): void {
    for (const [tokenId, { fullAt }] of this.#buckets) if (fullAt <= now) this.#buckets.delete(tokenId);
  }
}

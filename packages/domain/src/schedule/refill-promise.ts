/**
 * Whoever waits for a limit gets a refill to itself: the next that waits for the same comes back one refill later, so
 * that a thousand names under one registered domain do not all come back for one token.
 */
import type { BucketBook } from "../budget/bucket-book.ts";
import { type Limit, refillTime } from "../budget/limit.ts";
import type { BucketName } from "../budget/order-spending.ts";
import { type Instant, instant } from "../time/instant.ts";

/** A refill that nobody has been promised yet. */
export interface RefillPromise {
  readonly at: Instant;
  /** Promises it: the next is a later one. */
  readonly keep: () => void;
}

/** Milliseconds by which instants of one refill may differ: they are rounded. */
const rounding = 1;

/**
 * The first that may be promised of a bucket which has nothing before `until`.
 *
 * What others took, or a bucket that was full in between, moves the instants at which refills come; promises made before are not
 * moved. Who comes back a moment too early gets the refill of that moment: were promises counted from each other, all that
 * followed would be too early by as much.
 */
export function nextRefill(
  book: BucketBook,
  {
    caId,
    bucket,
    limit,
    until,
  }: { readonly caId: string; readonly bucket: BucketName; readonly limit: Limit; readonly until: Instant },
): RefillPromise {
  const entry = book.get(caId, bucket);
  const every = refillTime(limit);
  const promised = Math.floor((entry.promisedUntil - until + rounding) / every) + 1;
  const promisedUntil = until + Math.max(0, promised) * every;
  return {
    at: instant(Math.ceil(promisedUntil)),
    keep: () => {
      book.set(caId, bucket, { ...entry, promisedUntil });
    },
  };
}

import { type Instant, instant } from "../time/instant.ts";
import { correct, fullBucket, release, settle, spend } from "./bucket.ts";
import type { BucketBook, BucketEntry } from "./bucket-book.ts";
import type { LedgerChange } from "./ledger-change.ts";
import { type Limit, refillTime, unknownLimit } from "./limit.ts";
import type { BucketName } from "./order-spending.ts";

export type BucketChange = Extract<LedgerChange, BucketName>;

export const isBucketChange = (change: LedgerChange): change is BucketChange => "limit" in change;

/** The CA holds less for us than we thought: shown to the operator. */
export interface Correction extends BucketName {
  readonly retryAt: Instant;
  /** Tokens by which we were wrong. */
  readonly drift: number;
}

/**
 * Puts one change into the book.
 *
 * @param limit the one that holds for the bucket; null: none is known, and only a refusal leaves a trace.
 * @param at when the change was seen.
 * @returns what the CA has corrected; null: nothing.
 */
export function foldChange(
  book: BucketBook,
  caId: string,
  change: BucketChange,
  { limit, at }: { readonly limit: Limit | null; readonly at: Instant },
): Correction | null {
  const entry = book.get(caId, change);
  const store = (bucket: typeof entry.bucket): null => {
    book.set(caId, change, { ...entry, bucket });
    return null;
  };
  if (change.kind === "refused") return refused(book, caId, change, { limit, at });
  if (limit === null) return null;
  switch (change.kind) {
    case "settled":
      return store(settle(limit, entry.bucket, at));
    case "released":
      book.set(caId, change, {
        ...entry,
        bucket: release(entry.bucket),
        promisedUntil: takenBack(entry, limit, at),
      });
      return null;
    case "spent":
      return store(spend(limit, entry.bucket, at));
    case "reset":
      return store(fullBucket);
  }
}

/** What it was promised is there for the next who waits, a refill sooner. */
const takenBack = ({ promisedUntil }: BucketEntry, limit: Limit, at: Instant): number =>
  promisedUntil > at ? promisedUntil - refillTime(limit) : promisedUntil;

function refused(
  book: BucketBook,
  caId: string,
  { limit: name, key, retryAt }: Extract<BucketChange, { kind: "refused" }>,
  { limit, at }: { readonly limit: Limit | null; readonly at: Instant },
): Correction {
  const entry = book.get(caId, { limit: name, key });
  const { bucket, drift } = correct(limit ?? unknownLimit, entry.bucket, { now: at, retryAt });
  book.set(caId, { limit: name, key }, { ...entry, bucket });
  return { limit: name, key, retryAt: instant(retryAt), drift };
}

/**
 * Durations counted in buckets whose bounds grow by a fixed factor, so that many hours of them add up to one picture:
 * counts of two hours, or of two processes, are added bucket by bucket and lose nothing. Four buckets to each doubling:
 * what is read from them is off by less than a tenth.
 */
import { type Duration, milliseconds } from "../time/instant.ts";

const perDoubling = 4;

/** From 0 for less than a millisecond up to this one for all that is longer than any: over ten years. */
export const longestBucket = 160;

/** Which bucket a duration is counted in. */
export function bucketOf(duration: Duration): number {
  if (duration < 1) return 0;
  return Math.min(longestBucket, 1 + Math.floor(perDoubling * Math.log2(duration)));
}

/** The first duration, in milliseconds and with fractions, that the bucket holds. */
export const startOfBucket = (bucket: number): number =>
  bucket === 0 ? 0 : 2 ** ((bucket - 1) / perDoubling);

export interface CountedBucket {
  readonly bucket: number;
  readonly count: number;
}

/**
 * The duration that `share` of those counted did not exceed (0.5: the median), taken as if those of a bucket lay evenly in
 * it; null: none was counted. A bucket may come several times.
 */
export function quantileOf(counted: readonly CountedBucket[], share: number): Duration | null {
  const ascending = addedUp(counted).toSorted((a, b) => a.bucket - b.bucket);
  const total = ascending.reduce((sum, { count }) => sum + count, 0);
  let below = 0;
  for (const { bucket, count } of ascending) {
    const wanted = share * total - below;
    if (wanted <= count) {
      const [start, end] = [startOfBucket(bucket), startOfBucket(bucket + 1)];
      return milliseconds(Math.round(start + (end - start) * Math.max(0, wanted / count)));
    }
    below += count;
  }
  return null;
}

function addedUp(counted: readonly CountedBucket[]): CountedBucket[] {
  const sums = new Map<number, number>();
  for (const { bucket, count } of counted) if (count > 0) sums.set(bucket, (sums.get(bucket) ?? 0) + count);
  return [...sums].map(([bucket, count]) => ({ bucket, count }));
}

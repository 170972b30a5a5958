import fc from "fast-check";
import { expect, test } from "vitest";
import { milliseconds } from "../time/instant.ts";
import { bucketOf, type CountedBucket, longestBucket, quantileOf, startOfBucket } from "./duration-bucket.ts";

const duration = fc.integer({ min: 0, max: 400_000_000_000 }).map(milliseconds);

test("a duration is in the bucket whose bounds are around it, and none is negative or beyond the last", () => {
  fc.assert(
    fc.property(duration, (each) => {
      const bucket = bucketOf(each);
      expect(startOfBucket(bucket)).toBeLessThanOrEqual(each * (1 + 1e-9));
      if (bucket < longestBucket) expect(startOfBucket(bucket + 1)).toBeGreaterThan(each * (1 - 1e-9));
    }),
  );
  expect(bucketOf(milliseconds(Number.MAX_SAFE_INTEGER))).toBe(longestBucket);
});

test("buckets grow with what they hold", () => {
  fc.assert(
    fc.property(duration, duration, (a, b) => {
      expect(Math.sign(bucketOf(a) - bucketOf(b)) * Math.sign(a - b)).toBeGreaterThanOrEqual(0);
    }),
  );
});

const countsOf = (durations: readonly number[]): CountedBucket[] =>
  [...Map.groupBy(durations, (each) => bucketOf(milliseconds(each)))].map(([bucket, members]) => ({
    bucket,
    count: members.length,
  }));

test("a quantile is off by no more than the width of its bucket", () => {
  const share = fc.constantFrom(0.5, 0.95, 0.99);
  fc.assert(
    fc.property(fc.array(duration, { minLength: 1, maxLength: 200 }), share, (durations, wanted) => {
      const ascending = durations.toSorted((a, b) => a - b);
      const exact = ascending[Math.max(0, Math.ceil(wanted * ascending.length) - 1)] ?? 0;
      const bucket = bucketOf(milliseconds(exact));
      const found = quantileOf(countsOf(durations), wanted) ?? -1;
      expect(found).toBeGreaterThanOrEqual(Math.floor(startOfBucket(bucket)));
      expect(found).toBeLessThanOrEqual(Math.ceil(startOfBucket(bucket + 1)));
    }),
  );
});

test("what was counted apart adds up to what was counted together", () => {
  fc.assert(
    fc.property(fc.array(duration), fc.array(duration), (a, b) => {
      expect(quantileOf([...countsOf(a), ...countsOf(b)], 0.5)).toBe(quantileOf(countsOf([...a, ...b]), 0.5));
    }),
  );
});

test("nothing counted has no quantile", () => {
  expect(quantileOf([], 0.5)).toBeNull();
  expect(quantileOf([{ bucket: 3, count: 0 }], 0.5)).toBeNull();
});

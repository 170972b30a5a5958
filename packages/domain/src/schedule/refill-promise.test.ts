import { expect, test } from "vitest";
import { BucketBook } from "../budget/bucket-book.ts";
import { hours, type Instant, instant, minutes } from "../time/instant.ts";
import { nextRefill } from "./refill-promise.ts";

const start = Date.UTC(2026, 10, 1);
const at = (sinceStart: number): Instant => instant(start + sinceStart);
const every = minutes(36);
const orders = { limit: "new-orders-per-account", key: "account" } as const;
const terms = { caId: "ca", bucket: orders, limit: { burst: 5, count: 5, period: hours(3) } };

/** Promises the next refill of a bucket that has nothing before `until`. @returns when that is, since the start. */
function promise(book: BucketBook, until: Instant): number {
  const { at: promised, keep } = nextRefill(book, { ...terms, until });
  keep();
  return promised - start;
}

test("each refill is promised once", () => {
  const book = new BucketBook();
  const first = at(0.4);
  expect([promise(book, first), promise(book, first), promise(book, first)]).toEqual([
    1,
    every + 1,
    2 * every + 1,
  ]);
});

test("who comes back a moment before its refill, as others have moved it, waits for that moment and not for one refill more", () => {
  const book = new BucketBook();
  promise(book, at(0));
  promise(book, at(0));
  expect(promise(book, at(every + 280))).toBe(every + 280);
});

test("the instants promised stay those at which refills come", () => {
  const book = new BucketBook();
  for (let waiting = 0; waiting < 5; waiting += 1) promise(book, at(0));
  // Those promised were up to four refills after the first. Others took one, and all come a little later.
  const moved = at(every + 700);
  expect([promise(book, moved), promise(book, moved)]).toEqual([4 * every + 700, 5 * every + 700]);
});

test("a promise that has long passed holds nobody", () => {
  const book = new BucketBook();
  promise(book, at(0));
  expect(promise(book, at(hours(50)))).toBe(hours(50));
});

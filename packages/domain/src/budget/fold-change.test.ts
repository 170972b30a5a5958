import { expect, test } from "vitest";
import { after, hours, instant } from "../time/instant.ts";
import { fullBucket, reserve } from "./bucket.ts";
import { BucketBook } from "./bucket-book.ts";
import { foldChange } from "./fold-change.ts";
import type { Limit } from "./limit.ts";

const now = instant(1_790_000_000_000);
const limit: Limit = { burst: 1, count: 1, period: hours(1) };
const bucket = { limit: "new-certificates-per-registered-domain", key: "shared.example" } as const;

function promised(until: number): BucketBook {
  const book = new BucketBook();
  const reserved = reserve(limit, fullBucket, now);
  if (reserved.kind === "refused") throw new Error("A full bucket refuses nothing.");
  book.set("1", bucket, { bucket: reserved.bucket, turns: {}, promisedUntil: until });
  return book;
}

const released = (book: BucketBook): number => {
  foldChange(book, "1", { kind: "released", ...bucket }, { limit, at: now });
  return book.get("1", bucket).promisedUntil;
};

test("what was not spent is promised to the next who waits", () => {
  const book = promised(after(now, hours(5)));
  expect(released(book)).toBe(after(now, hours(4)));
  expect(book.get("1", bucket).bucket.reserved).toBe(0);
});

test("where nobody waits any more, nothing is promised sooner than now", () => {
  expect(released(promised(after(now, hours(-1))))).toBe(after(now, hours(-1)));
  expect(released(promised(now))).toBe(now);
});

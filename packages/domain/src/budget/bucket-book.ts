import type { ClassTurns } from "../schedule/class-share.ts";
import type { Instant } from "../time/instant.ts";
import { type Bucket, fullBucket } from "./bucket.ts";
import type { LimitName } from "./limit.ts";
import type { BucketName } from "./order-spending.ts";

/** A bucket with what is kept beside it. */
export interface BucketEntry {
  readonly bucket: Bucket;
  readonly turns: ClassTurns;
  /** Up to when its refills are promised to lineages that wait for it, in milliseconds since the epoch. */
  readonly promisedUntil: number;
}

export interface NamedEntry extends BucketEntry {
  readonly caId: string;
  readonly limit: LimitName;
  readonly key: string;
}

const untouched: BucketEntry = { bucket: fullBucket, turns: {}, promisedUntil: 0 };

/** The buckets at hand, and which of them have changed. One that it does not know is full. */
export class BucketBook {
  readonly #entries = new Map<string, NamedEntry>();
  readonly #changed = new Set<string>();

  /** What is stored; replaces nothing that has changed since. */
  load(entries: Iterable<NamedEntry>): void {
    for (const entry of entries) {
      const id = idOf(entry.caId, entry);
      if (!this.#entries.has(id)) this.#entries.set(id, entry);
    }
  }

  has(caId: string, bucket: BucketName): boolean {
    return this.#entries.has(idOf(caId, bucket));
  }

  get(caId: string, bucket: BucketName): BucketEntry {
    return this.#entries.get(idOf(caId, bucket)) ?? untouched;
  }

  set(caId: string, { limit, key }: BucketName, { bucket, turns, promisedUntil }: BucketEntry): void {
    const id = idOf(caId, { limit, key });
    this.#entries.set(id, { caId, limit, key, bucket, turns, promisedUntil });
    this.#changed.add(id);
  }

  /** Forgets those that are full again and promised to nobody: they say nothing any more. */
  forgetFull(now: Instant): void {
    for (const [id, { bucket, promisedUntil }] of this.#entries) {
      if (bucket.reserved > 0 || bucket.fullAt >= now || promisedUntil >= now) continue;
      this.#entries.delete(id);
      this.#changed.delete(id);
    }
  }

  /** Those to be stored, ordered by CA, limit and key. */
  changed(): readonly NamedEntry[] {
    return [...this.#changed].sort().flatMap((id) => this.#entries.get(id) ?? []);
  }
}

const idOf = (caId: string, { limit, key }: BucketName): string => `${caId} ${limit} ${key}`;

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

/**
 * What a CA counts over all accounts, by the names alone. Source: https://letsencrypt.org/docs/rate-limits/ ("This is a
 * global limit").
 */
const countedOverAccounts: ReadonlySet<LimitName> = new Set<LimitName>([
  "new-certificates-per-registered-domain",
  "new-certificates-per-exact-set-of-identifiers",
]);

/** The buckets at hand, and which of them have changed. One that it does not know is full. */
export class BucketBook {
  readonly #homes: ReadonlyMap<string, string>;
  readonly #entries = new Map<string, NamedEntry>();
  readonly #changed = new Set<string>();

  /**
   * @param homes for each CA the one that keeps the buckets of what is counted over all accounts: two CAs are the same
   *   one with two accounts when they have the same directory. A CA that is absent keeps its own.
   */
  constructor(homes: ReadonlyMap<string, string> = new Map()) {
    this.#homes = homes;
  }

  /** Where the bucket is kept. */
  keeperOf(caId: string, limit: LimitName): string {
    return countedOverAccounts.has(limit) ? (this.#homes.get(caId) ?? caId) : caId;
  }

  /** What is stored; replaces nothing that has changed since. */
  load(entries: Iterable<NamedEntry>): void {
    for (const entry of entries) {
      const id = this.#idOf(entry.caId, entry);
      if (!this.#entries.has(id)) this.#entries.set(id, entry);
    }
  }

  has(caId: string, bucket: BucketName): boolean {
    return this.#entries.has(this.#idOf(caId, bucket));
  }

  get(caId: string, bucket: BucketName): BucketEntry {
    return this.#entries.get(this.#idOf(caId, bucket)) ?? untouched;
  }

  set(caId: string, { limit, key }: BucketName, { bucket, turns, promisedUntil }: BucketEntry): void {
    const id = this.#idOf(caId, { limit, key });
    this.#entries.set(id, { caId: this.keeperOf(caId, limit), limit, key, bucket, turns, promisedUntil });
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

  #idOf(caId: string, { limit, key }: BucketName): string {
    return `${this.keeperOf(caId, limit)} ${limit} ${key}`;
  }
}

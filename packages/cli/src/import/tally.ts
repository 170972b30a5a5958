import type { DomainBatchResult, RejectedRow } from "@certmill/api";
import type { ImportBatch } from "./read-batches.ts";

/** How far an import has come. */
export class Tally {
  readonly #startedAt = Date.now();
  added = 0;
  unchanged = 0;
  rejected = 0;
  /** Every line up to this one is settled. */
  throughLine = 0;
  bytes = 0;

  get rows(): number {
    return this.added + this.unchanged + this.rejected;
  }

  get seconds(): number {
    return (Date.now() - this.#startedAt) / 1_000;
  }

  /** @returns all rows of the batch that did not go in, in the order of their lines. */
  settle(batch: ImportBatch, result: DomainBatchResult): readonly RejectedRow[] {
    const rejected = [...batch.rejected, ...result.rejected].sort((a, b) => a.line - b.line);
    this.added += result.added;
    this.unchanged += result.unchanged;
    this.rejected += rejected.length;
    this.throughLine = batch.lastLine;
    this.bytes = batch.bytes;
    return rejected;
  }
}

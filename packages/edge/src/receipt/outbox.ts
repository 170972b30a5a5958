import type { Receipt } from "@certmill/api/edge";

/** Told of every change. */
export interface OutboxChanges {
  readonly added: (receipt: Receipt) => void;
  readonly sent: (receipt: Receipt) => void;
}

/**
 * Receipts until the server has acknowledged them, the newest for each certificate. An error that stays the
 * same is told once, however often the edge has tried.
 */
export class Outbox {
  readonly #changes: OutboxChanges;
  readonly #waiting = new Map<string, Receipt>();
  readonly #lastErrors = new Map<string, string>();

  constructor(changes: OutboxChanges) {
    this.#changes = changes;
  }

  /** Takes up what an earlier run has not sent. */
  resume(receipts: Iterable<Receipt>): void {
    for (const receipt of receipts) this.#waiting.set(keyOf(receipt), receipt);
  }

  add(receipt: Receipt): void {
    const { lineageId, certificateId, error } = receipt;
    const last = this.#lastErrors.get(lineageId);
    const problem = error === null ? null : `${certificateId}: ${error}`;
    if (problem !== null && problem === last) return;
    if (problem === null) this.#lastErrors.delete(lineageId);
    else this.#lastErrors.set(lineageId, problem);
    const short = { ...receipt, error: error?.slice(0, longestError) ?? null };
    this.#waiting.set(keyOf(receipt), short);
    this.#changes.added(short);
  }

  /** The oldest ones first. */
  next(most: number): readonly Receipt[] {
    return [...this.#waiting.values().take(most)];
  }

  /** Takes out what was sent; a receipt that a newer one replaced meanwhile stays. */
  acknowledge(receipts: readonly Receipt[]): void {
    for (const receipt of receipts) {
      const key = keyOf(receipt);
      if (this.#waiting.get(key) !== receipt) continue;
      this.#waiting.delete(key);
      this.#changes.sent(receipt);
    }
  }

  all(): Iterable<Receipt> {
    return this.#waiting.values();
  }
}

/** Characters, the API's bound. */
const longestError = 2_000;

const keyOf = ({ lineageId, certificateId }: Receipt): string => `${lineageId}/${certificateId}`;

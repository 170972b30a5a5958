import type { Receipt } from "@certmill/api/edge";
import { type Backoff, backoffAfter } from "../flow/backoff.ts";
import { Bell } from "../flow/bell.ts";
import { diskFault } from "../install/disk-fault.ts";
import type { Log } from "../log/edge-event.ts";
import type { Holding } from "./holding.ts";
import { appendToLog, rewriteLog } from "./state-log.ts";
import { recordOf, type StateRecord } from "./state-record.ts";

/** What is to be remembered, as it is at any moment: consistent in itself. */
export interface StateSource {
  readonly cursor: string | null;
  all(): Iterable<Holding>;
  get(lineageId: string): Holding | null;
  receipts(): Iterable<Receipt>;
}

export interface StateKeeperOptions {
  readonly path: string;
  readonly source: StateSource;
  readonly backoff: Backoff;
  readonly log: Log;
}

/** Bytes that a log may grow by before it is written anew, even if it was small. */
const leastGrowth = 1_000_000;

/**
 * Keeps the state on disk as a log: what has changed is added, and when as much was added as there was, it is
 * written anew. What the server wants is waited for, see {@link written}; what was done is not: an older word
 * on that is made good by doing it again, which changes nothing.
 */
export class StateKeeper {
  readonly #options: StateKeeperOptions;
  /** Rung for what may wait a while. */
  readonly #changes = new Bell();
  /** Rung when somebody waits. */
  readonly #calls = new Bell();
  readonly #waiting: (() => void)[] = [];
  readonly #changedLineages = new Set<string>();
  #receiptRecords: StateRecord[] = [];
  #isDirty = false;
  #failures = 0;
  /** Bytes until the log is to be written anew. At first at once: its end may be torn. */
  #room = 0;

  constructor(options: StateKeeperOptions) {
    this.#options = options;
  }

  /** A lineage, or the cursor alone (null), has changed, and is to be written some time. */
  changed(lineageId: string | null): void {
    if (lineageId !== null) this.#changedLineages.add(lineageId);
    this.#isDirty = true;
    this.#changes.ring();
  }

  /** A receipt waits to be sent. */
  receiptAdded(receipt: Receipt): void {
    this.#receiptRecords.push({ kind: "receipt", receipt });
    this.changed(null);
  }

  /** The server has a receipt. */
  receiptSent({ lineageId, certificateId }: Receipt): void {
    this.#receiptRecords.push({ kind: "sent", lineageId, certificateId });
    this.changed(null);
  }

  /**
   * Waits until the state as it is now is on disk. A disk that refuses is not waited for: better to serve
   * what cannot be remembered than not to serve it.
   */
  async written(): Promise<void> {
    if (this.#failures > 0) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#waiting.push(resolve);
    this.#isDirty = true;
    this.#calls.ring();
    await promise;
  }

  /** Writes until the signal aborts, and then once more if there is need. */
  async run(signal: AbortSignal): Promise<void> {
    let notBefore = 0;
    while (!signal.aborted) {
      await this.#rest(notBefore, signal);
      notBefore = await this.#write();
    }
  }

  /** @returns the instant before which it should not be called again but for who waits. */
  async #write(): Promise<number> {
    const { backoff, log } = this.#options;
    const waiting = this.#waiting.splice(0);
    const startedAt = Date.now();
    this.#isDirty = false;
    try {
      if (this.#room > 0) await this.#append();
      else await this.#rewrite();
      if (this.#failures > 0) log({ kind: "state-kept-again" });
      this.#failures = 0;
      // About a tenth of the time may go into it.
      return Date.now() + 9 * (Date.now() - startedAt);
    } catch (error) {
      const reason = diskFault(error);
      if (reason === null) throw error;
      this.#isDirty = true;
      // Part of a line may have been written.
      this.#room = 0;
      this.#failures += 1;
      if (this.#failures === 1) log({ kind: "state-unwritable", reason });
      return Date.now() + backoffAfter(this.#failures, backoff);
    } finally {
      for (const resolve of waiting) resolve();
    }
  }

  async #append(): Promise<void> {
    const { path, source } = this.#options;
    const lineages = [...this.#changedLineages].map((lineageId): StateRecord => {
      const holding = source.get(lineageId);
      return holding === null ? { kind: "gone", lineageId } : recordOf(holding);
    });
    this.#changedLineages.clear();
    // Cut anywhere, what is left must hold: a receipt goes before the proof it tells of, and is sent twice at worst; the cursor
    // comes after what it covers, and the server tells the rest again.
    const records = [...this.#receiptRecords.splice(0), ...lineages, this.#cursorRecord()];
    this.#room -= await appendToLog(path, records);
  }

  /**
   * What changes while it is written is added afterwards. The cursor is that of the beginning, and receipts are those of the end: a
   * lineage that is written down as proved meanwhile has its receipt there, too.
   */
  async #rewrite(): Promise<void> {
    const { path, source } = this.#options;
    const cursor = this.#cursorRecord();
    this.#changedLineages.clear();
    this.#receiptRecords = [];
    function* records(): Generator<StateRecord, void, undefined> {
      for (const holding of source.all()) yield recordOf(holding);
      for (const receipt of source.receipts()) yield { kind: "receipt", receipt };
      yield cursor;
    }
    const length = await rewriteLog(path, records());
    this.#room = Math.max(leastGrowth, length);
  }

  #cursorRecord(): StateRecord {
    return { kind: "cursor", cursor: this.#options.source.cursor };
  }

  /** Until an instant, and then until there is something to write; at once when somebody waits for it. */
  async #rest(until: number, signal: AbortSignal): Promise<void> {
    // What changes meanwhile need not be told: it is looked at then.
    while (!signal.aborted && this.#waiting.length === 0 && Date.now() < until)
      await this.#calls.rung(until, signal);
    using _too = this.#calls.alsoRing(this.#changes);
    while (!signal.aborted && !this.#isDirty) await this.#changes.rung(null, signal);
  }
}

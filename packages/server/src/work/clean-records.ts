/**
 * Takes proofs out of the DNS that nobody needs any more, as long as the process runs. What cannot be taken away now is
 * tried again, for as long as it takes.
 */
import { after, type Duration, type Instant, milliseconds, minutes } from "@certmill/domain";
import type { Clock } from "../clock.ts";
import { ProviderFault } from "../dns/dns-provider.ts";
import type { Records } from "../dns/records.ts";
import type { Db } from "../store/database.ts";
import {
  claimDueRecords,
  type DueRecord,
  forgetRecord,
  isStillWanted,
  nextRemovalAt,
  postponeRemoval,
} from "../store/dns-records.ts";
import { Bell } from "./bell.ts";

export interface RecordCleanerOptions {
  readonly db: Db;
  readonly clock: Clock;
  readonly records: Records;
  /** Without a notification the database is asked this often. */
  readonly pollEvery: Duration;
  readonly onCleaned: (record: DueRecord, fault: string | null) => void;
  readonly onError: (error: unknown) => void;
}

/** Records taken away side by side. */
const atOnce = 8;
/** Well over what one takes at most. */
const lease = minutes(3);
const firstWait = minutes(1);
const longestWait = minutes(60);
const shortestRound = 20;
const afterError = 1_000;

export class RecordCleaner {
  readonly #options: RecordCleanerOptions;
  readonly #bell: Bell;
  readonly #stop = new AbortController();
  readonly #loop: Promise<void>;

  constructor(options: RecordCleanerOptions) {
    this.#options = options;
    this.#bell = new Bell(options.clock);
    this.#loop = this.#rounds();
  }

  /** Something may be due. */
  wake(): void {
    this.#bell.ring();
  }

  /** What runs is cut off; it is taken up again after its lease. */
  async stop(): Promise<void> {
    this.#stop.abort(new Error("Records are cleaned up no more."));
    this.#bell.ring();
    await this.#loop;
  }

  async #rounds(): Promise<void> {
    while (!this.#stop.signal.aborted) {
      let wait: number;
      try {
        wait = await this.#round();
      } catch (error) {
        if (this.#stop.signal.aborted) return;
        this.#options.onError(error);
        wait = afterError;
      }
      if (!this.#stop.signal.aborted) await this.#bell.wait(shortestRound, wait);
    }
  }

  /** @returns how long to wait for the next one, in milliseconds. */
  async #round(): Promise<number> {
    const { db, clock, pollEvery } = this.#options;
    const now = clock.now();
    const dueAt = await nextRemovalAt(db);
    if (dueAt === null) return pollEvery;
    if (dueAt > now) return Math.min(pollEvery, milliseconds(dueAt - now));
    const due = await claimDueRecords(db, { limit: atOnce, lease, now });
    await Promise.all(due.map((record) => this.#clean(record, now)));
    return 0;
  }

  async #clean(record: DueRecord, now: Instant): Promise<void> {
    const { db, records, onCleaned } = this.#options;
    try {
      await records.takeAway(record, () => isStillWanted(db, record), this.#stop.signal);
    } catch (error) {
      this.#stop.signal.throwIfAborted();
      if (!(error instanceof ProviderFault)) throw error;
      const again = after(now, milliseconds(Math.min(firstWait * 2 ** record.failures, longestWait)));
      await postponeRemoval(db, record.id, { again, detail: error.message });
      onCleaned(record, error.message);
      return;
    }
    await forgetRecord(db, record.id);
    onCleaned(record, null);
  }
}

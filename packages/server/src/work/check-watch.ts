/**
 * Checks names before their first order, as long as the process runs. Any number of processes do: each takes what is due
 * and nobody else has.
 */
import {
  afterCheck,
  type CaForCheck,
  type CheckDecision,
  type Duration,
  evidenceOf,
  type Finding,
  milliseconds,
  toldOfCheck,
} from "@certmill/domain";
import type { Clock } from "../clock.ts";
import { type ClaimedCheck, claimChecks, nextCheckAt, releaseCheck } from "../store/claim-checks.ts";
import { commitCheck } from "../store/commit-check.ts";
import type { Db } from "../store/database.ts";
import { Bell } from "./bell.ts";

/** Looks at all names of a lineage. It has a deadline of its own, well within the lease. */
export type CheckNames = (
  names: readonly string[],
  cas: readonly CaForCheck[],
  signal: AbortSignal,
) => Promise<readonly Finding[]>;

export interface CheckWatchOptions {
  readonly db: Db;
  readonly clock: Clock;
  readonly check: CheckNames;
  /** Lineages checked side by side in this process. */
  readonly concurrency: number;
  readonly lease: Duration;
  /** Without a notification the database is asked this often. */
  readonly pollEvery: Duration;
  readonly onChecked: (
    names: readonly string[],
    findings: readonly Finding[],
    decision: CheckDecision,
  ) => void;
  readonly onError: (error: unknown) => void;
}

/** Rounds follow each other no faster, in milliseconds. */
const shortestWait = 20;
const afterError = 1_000;

export class CheckWatch {
  readonly #options: CheckWatchOptions;
  readonly #bell: Bell;
  readonly #stop = new AbortController();
  readonly #running = new Set<Promise<void>>();
  readonly #loop: Promise<void>;

  constructor(options: CheckWatchOptions) {
    this.#options = options;
    this.#bell = new Bell(options.clock);
    this.#loop = this.#rounds();
  }

  /** Something may be due. */
  wake(): void {
    this.#bell.ring();
  }

  /** What runs is cut off and given back: another process makes it. */
  async stop(): Promise<void> {
    this.#stop.abort(new Error("Names are checked no more."));
    this.#bell.ring();
    await this.#loop;
    await Promise.all(this.#running);
  }

  async #rounds(): Promise<void> {
    while (!this.#stop.signal.aborted) {
      let wait: number;
      try {
        wait = await this.#round();
      } catch (error) {
        this.#options.onError(error);
        wait = afterError;
      }
      if (!this.#stop.signal.aborted) await this.#bell.wait(shortestWait, wait);
    }
  }

  /** @returns how long to wait for the next round, in milliseconds. */
  async #round(): Promise<number> {
    const { db, clock, concurrency, lease, pollEvery } = this.#options;
    const free = concurrency - this.#running.size;
    if (free <= 0) return pollEvery;
    const claimed = await claimChecks(db, { limit: free, lease, now: clock.now() });
    for (const check of claimed) this.#begin(check);
    if (claimed.length === free) return pollEvery;
    const next = await nextCheckAt(db);
    return next === null ? pollEvery : Math.min(milliseconds(next - clock.now()), pollEvery);
  }

  #begin(check: ClaimedCheck): void {
    const running = this.#run(check).finally(() => {
      this.#running.delete(running);
      this.#bell.ring();
    });
    this.#running.add(running);
  }

  async #run(claimed: ClaimedCheck): Promise<void> {
    const { db, clock, check, onChecked, onError } = this.#options;
    try {
      const findings = await check(claimed.names, claimed.cas, this.#stop.signal);
      const now = clock.now();
      const decision = afterCheck(claimed.memory, evidenceOf(findings), now);
      const event = toldOfCheck({ failing: claimed.memory.failing, findings: claimed.findings }, findings);
      const { lineageId } = claimed;
      if (await commitCheck(db, claimed.fence, { lineageId, decision, findings, event, now }))
        onChecked(claimed.names, findings, decision);
    } catch (error) {
      if (!this.#stop.signal.aborted) onError(error);
      else await releaseCheck(db, { ...claimed, now: clock.now() }).catch(onError);
    }
  }
}

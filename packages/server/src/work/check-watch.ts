/**
 * Checks names, as long as the process runs: before their first order, when a try has failed, once a day. Any number of
 * processes do: each takes what is due and nobody else has.
 */
import {
  type CaForCheck,
  type CheckOutcome,
  type Duration,
  type Finding,
  type LifePolicy,
  milliseconds,
  type NamesToCheck,
} from "@certmill/domain";
import type { Clock } from "../clock.ts";
import {
  type ClaimedCheck,
  claimChecks,
  nextCheckAt,
  patientRank,
  releaseCheck,
} from "../store/claim-checks.ts";
import { commitCheck } from "../store/commit-check.ts";
import type { Db } from "../store/database.ts";
import { Bell } from "./bell.ts";

/** Looks at all names of a lineage. It has a deadline of its own, well within the lease. */
export type CheckNames = (
  names: NamesToCheck,
  cas: readonly CaForCheck[],
  signal: AbortSignal,
) => Promise<readonly Finding[]>;

export interface CheckWatchOptions {
  readonly db: Db;
  readonly clock: Clock;
  readonly check: CheckNames;
  readonly life: LifePolicy;
  /** Lineages checked side by side in this process. */
  readonly concurrency: number;
  readonly lease: Duration;
  /** Without a notification the database is asked this often. */
  readonly pollEvery: Duration;
  readonly onChecked: (names: readonly string[], findings: readonly Finding[], outcome: CheckOutcome) => void;
  readonly onError: (error: unknown) => void;
}

/** Rounds follow each other no faster, in milliseconds. */
const shortestWait = 20;
const afterError = 1_000;
/** Of the checks side by side: those of what is alive and well, which must not take a core for hours. */
const mostPatient = 8;

export class CheckWatch {
  readonly #options: CheckWatchOptions;
  readonly #bell: Bell;
  readonly #stop = new AbortController();
  readonly #running = new Set<Promise<void>>();
  readonly #loop: Promise<void>;
  #patient = 0;

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
    const patient = mostPatient - this.#patient;
    const claimed = await claimChecks(db, { limit: free, mostPatient: patient, lease, now: clock.now() });
    for (const check of claimed) this.#begin(check);
    if (claimed.length === free) return pollEvery;
    const next = await nextCheckAt(db, { withPatient: this.#patient < mostPatient });
    return next === null ? pollEvery : Math.min(milliseconds(next - clock.now()), pollEvery);
  }

  #begin(check: ClaimedCheck): void {
    const patient = check.rank === patientRank ? 1 : 0;
    this.#patient += patient;
    const running = this.#run(check).finally(() => {
      this.#running.delete(running);
      this.#patient -= patient;
      this.#bell.ring();
    });
    this.#running.add(running);
  }

  async #run(claimed: ClaimedCheck): Promise<void> {
    const { db, clock, check, life, onChecked, onError } = this.#options;
    try {
      const findings = await check(claimed, claimed.cas, this.#stop.signal);
      const { lineageId, fence } = claimed;
      const outcome = await commitCheck(db, { lineageId, fence, findings, life, now: clock.now() });
      if (outcome !== null) onChecked(claimed.names, findings, outcome);
    } catch (error) {
      if (!this.#stop.signal.aborted) onError(error);
      else await releaseCheck(db, { ...claimed, now: clock.now() }).catch(onError);
    }
  }
}

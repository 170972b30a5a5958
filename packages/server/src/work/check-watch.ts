/**
 * Checks names, as long as the process runs: before their first order, when a try has failed, once a day. Any number of
 * processes do: each takes what is due and nobody else has.
 */
import {
  type CaForCheck,
  type Checked,
  type CheckOutcome,
  type Duration,
  type Finding,
  type LifePolicy,
  milliseconds,
  type NamesToCheck,
} from "@certmill/domain";
import {
  type ClaimedCheck,
  claimChecks,
  nextCheckAt,
  patientRank,
  releaseCheck,
} from "../store/claim-checks.ts";
import { commitCheck } from "../store/commit-check.ts";
import { Rounds } from "./rounds.ts";
import type { WatchBase } from "./watch-base.ts";

/** Looks at all names of a lineage. It has a deadline of its own, well within the lease. */
export type CheckNames = (
  names: NamesToCheck,
  cas: readonly CaForCheck[],
  signal: AbortSignal,
) => Promise<Checked>;

export interface CheckWatchOptions extends WatchBase {
  readonly check: CheckNames;
  readonly life: LifePolicy;
  /** Lineages checked side by side in this process. */
  readonly concurrency: number;
  readonly lease: Duration;
  /** Without a notification the database is asked this often. */
  readonly pollEvery: Duration;
  readonly onChecked: (names: readonly string[], findings: readonly Finding[], outcome: CheckOutcome) => void;
}

/** Of the checks side by side: those of what is alive and well, which must not take a core for hours. */
const mostPatient = 8;

export class CheckWatch {
  readonly #options: CheckWatchOptions;
  readonly #rounds: Rounds;
  #patient = 0;

  constructor(options: CheckWatchOptions) {
    this.#options = options;
    this.#rounds = new Rounds({
      clock: options.clock,
      round: (rounds) => this.#round(rounds),
      shortestWait: 20,
      afterError: 1_000,
      noMore: "Names are checked no more.",
      onError: options.onError,
    });
  }

  /** Something may be due. */
  wake(): void {
    this.#rounds.wake();
  }

  /** What runs is cut off and given back: another process makes it. */
  async stop(): Promise<void> {
    await this.#rounds.stop();
  }

  /** @returns how long to wait for the next round, in milliseconds. */
  async #round(rounds: Rounds): Promise<number> {
    const { db, clock, concurrency, lease, pollEvery } = this.#options;
    const free = concurrency - rounds.underway;
    if (free <= 0) return pollEvery;
    const patient = mostPatient - this.#patient;
    const claimed = await claimChecks(db, { limit: free, mostPatient: patient, lease, now: clock.now() });
    for (const check of claimed) rounds.begin(this.#check(check, rounds.signal));
    if (claimed.length === free) return pollEvery;
    const next = await nextCheckAt(db, { withPatient: this.#patient < mostPatient });
    return next === null ? pollEvery : Math.min(milliseconds(next - clock.now()), pollEvery);
  }

  async #check(claimed: ClaimedCheck, signal: AbortSignal): Promise<void> {
    const { db, clock, check, life, onChecked, onError } = this.#options;
    const patient = claimed.rank === patientRank ? 1 : 0;
    this.#patient += patient;
    try {
      const checked = await check(claimed, claimed.cas, signal);
      const { lineageId, fence } = claimed;
      const outcome = await commitCheck(db, { lineageId, fence, ...checked, life, now: clock.now() });
      if (outcome !== null) onChecked(claimed.names, checked.findings, outcome);
    } catch (error) {
      if (!signal.aborted) onError(error);
      else await releaseCheck(db, { ...claimed, now: clock.now() }).catch(onError);
    }
    this.#patient -= patient;
  }
}

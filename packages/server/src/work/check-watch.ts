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
  type NamesToCheck,
} from "@certmill/domain";
import {
  type ClaimedCheck,
  claimChecks,
  nextCheckAt,
  patientRank,
  releaseCheck,
} from "../store/check/claim-checks.ts";
import { commitCheck } from "../store/check/commit-check.ts";
import { doDueWork } from "./due-work.ts";
import type { Rounds } from "./rounds.ts";
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

/** What runs when it stops is cut off and given back: another process makes it. */
export function watchChecks(options: CheckWatchOptions): Rounds {
  const { db, clock, onError, check, life, concurrency, lease, pollEvery, onChecked } = options;
  /** Those of what is alive and well that run now. */
  let patient = 0;
  const make = async (claimed: ClaimedCheck, signal: AbortSignal): Promise<void> => {
    const { lineageId, fence, names, cas } = claimed;
    const checked = await check(claimed, cas, signal);
    const outcome = await commitCheck(db, { lineageId, fence, ...checked, life, now: clock.now() });
    if (outcome !== null) onChecked(names, checked.findings, outcome);
  };
  return doDueWork({
    clock,
    concurrency,
    pollEvery,
    claim: (limit) => claimChecks(db, { limit, mostPatient: mostPatient - patient, lease, now: clock.now() }),
    nextAt: () => nextCheckAt(db, { withPatient: patient < mostPatient }),
    work: async (claimed, signal) => {
      const places = claimed.rank === patientRank ? 1 : 0;
      patient += places;
      try {
        await make(claimed, signal);
      } finally {
        patient -= places;
      }
    },
    giveBack: (claimed) => releaseCheck(db, { ...claimed, now: clock.now() }),
    noMore: "Names are checked no more.",
    onError,
  });
}

/** How an issuance moves: on, back to wait after a fault, or to its end. */
import type { Fault } from "../failure/classify.ts";
import { failures } from "../failure/failure-code.ts";
import { retryAt } from "../schedule/retry.ts";
import type { Instant } from "../time/instant.ts";
import type { ChallengeType } from "./choose-challenge.ts";
import type { Decision, StepDone } from "./decision.ts";
import { afterFault, mostFaults, mostFaultsBeforeOrder } from "./pace.ts";
import type { IssuanceState, LiveState, OrderReference } from "./state.ts";

/** What does not change while the issuance runs. */
export interface IssuanceTerms {
  readonly names: readonly string[];
  /** How its names are to be validated where a choice is; null: as is best (choose-challenge.ts). */
  readonly challenge: ChallengeType | null;
  /** Issuances of this lineage that failed in a row before this one. */
  readonly failuresBefore: number;
  /** From when on a failure that is the customer's to put right is the last. */
  readonly givesUpAt: Instant;
}

/** The state of a kind. */
export type In<K extends LiveState["kind"]> = Extract<LiveState, { kind: K }>;

type Ordered = Extract<LiveState, { order: OrderReference }>;

export const move = (state: IssuanceState, done: readonly StepDone[] = []): Decision => ({
  state,
  done,
  publish: [],
  fault: null,
});

export const owedFrom = (state: Ordered, since: Instant, wakeAt: Instant) => ({
  order: state.order,
  since,
  wakeAt,
  faults: 0,
});

export const fault = (code: Fault["code"], detail: string): Fault => ({ code, detail, retryAt: null });

export function abandon(cause: Fault, terms: IssuanceTerms, now: Instant): Decision {
  const state: IssuanceState = {
    kind: "abandoned",
    cause: cause.code,
    detail: cause.detail,
    retryAt: retryAt(cause, { attempt: terms.failuresBefore + 1, givesUpAt: terms.givesUpAt }, now),
  };
  return { state, done: [], publish: [], fault: cause };
}

/** A fault that a pause cures keeps the issuance where it is; every other ends it. */
export function endure(state: LiveState, cause: Fault, terms: IssuanceTerms, now: Instant): Decision {
  if (state.kind === "finalizing" && cause.code === "key-refused" && state.reusedKey !== undefined)
    return tryNewKey(state, state.reusedKey, cause, now);
  const faults = state.faults + 1;
  const most = state.kind === "planned" ? mostFaultsBeforeOrder : mostFaults;
  if (failures[cause.code].recovery !== "wait" || faults > most) return abandon(cause, terms, now);
  const wakeAt = afterFault(faults, cause.retryAt, now);
  return { state: { ...state, faults, wakeAt }, done: [], publish: [], fault: cause };
}

/**
 * The CA does not take the CSR, and leaves the order ready for another (RFC 8555 section 7.4). Whether that is for the
 * key, only a new key shows.
 */
const tryNewKey = (state: In<"finalizing">, refusedKey: string, cause: Fault, now: Instant): Decision => ({
  state: { ...owedFrom(state, state.since, now), kind: "ready", refusedKey },
  done: [],
  publish: [],
  fault: cause,
});

export const keysOf = ({
  reusedKey,
  ...state
}: {
  readonly reusedKey?: string;
  readonly refusedKey?: string;
}) => ({
  ...(reusedKey === undefined ? {} : { reusedKey }),
  ...refusalOf(state),
});

export const refusalOf = ({ refusedKey }: { readonly refusedKey?: string }) =>
  refusedKey === undefined ? {} : { refusedKey };

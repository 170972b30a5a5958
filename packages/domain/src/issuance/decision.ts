import type { Fault } from "../failure/classify.ts";
import type { Duration } from "../time/instant.ts";
import type { IssuanceState, KeyFingerprint, PendingChallenge } from "./state.ts";

/** A step that ended, for the timeline and the step's histogram. */
export interface StepDone {
  readonly kind:
    | "order.created"
    | "challenge.published"
    | "challenge.propagated"
    | "validated"
    | "finalized"
    | "certificate.stored";
  readonly took: Duration;
  /** Name servers that did not answer, in words; absent: there are none. */
  readonly silent?: string;
}

/** What one transaction stores. Only then does the next state's effect run. */
export interface Decision {
  readonly state: IssuanceState;
  /** Steps that this decision ends, in order. */
  readonly done: readonly StepDone[];
  /** Challenges that must be answered from now on: by the responder, or by the records that the state has. */
  readonly publish: readonly PendingChallenge[];
  /** What delays this issuance, or has ended it; null when all goes well. */
  readonly fault: Fault | null;
  /** A key that the CA did not take, while it took another for the same order: it is compromised. Absent: there is none. */
  readonly refusedKey?: KeyFingerprint;
}

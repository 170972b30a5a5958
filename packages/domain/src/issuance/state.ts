import type { FailureCode } from "../failure/failure-code.ts";
import type { Instant } from "../time/instant.ts";
import type { ChallengeType } from "./choose-challenge.ts";

/** The CA's order, by its URLs: all that is needed to look at it again after a crash. */
export interface OrderReference {
  readonly url: string;
  readonly finalizeUrl: string;
  readonly authorizationUrls: readonly string[];
}

/** A challenge that is to be answered and then posted to the CA. */
export interface PendingChallenge {
  readonly type: ChallengeType;
  /** With the `*.` of a wildcard. */
  readonly identifier: string;
  readonly authorizationUrl: string;
  readonly challengeUrl: string;
  readonly token: string;
}

/** Where the record of a DNS-01 challenge is: at the end of the aliases that lead into a zone that we may write. */
export interface RecordPlace {
  /** Of its challenge. */
  readonly token: string;
  /** The zone's name. */
  readonly zone: string;
  /** The record's owner. */
  readonly name: string;
}

interface Answering extends Owed {
  readonly order: OrderReference;
  readonly challenges: readonly PendingChallenge[];
}

interface Owed {
  /** When this step began; a retry of the step keeps it, so that it tells the step's whole duration. */
  readonly since: Instant;
  /** When to look next: a stuck issuance is a query (`wakeAt < now`), never a missing timer. */
  readonly wakeAt: Instant;
  /** Faults in a row that a pause was to cure. */
  readonly faults: number;
}

/**
 * SHA-256 of a SubjectPublicKeyInfo, lower-case hex. As `refusedKey`: of a key that was used before and that the CA did not
 * take for this order, which is tried with a new one; absent: there was none.
 */
export type KeyFingerprint = string;

/**
 * One attempt to get the next certificate of a lineage. Each state but the last two owes one effect (see
 * effect.ts); what that effect reports is the input that leads to the next state (see advance.ts).
 */
export type IssuanceState =
  /** The CA has heard nothing yet. */
  | (Owed & { readonly kind: "planned" })
  /** The CA has an order; its authorizations are to be read. */
  | (Owed & { readonly kind: "ordered"; readonly order: OrderReference })
  /** Some challenges are DNS-01: where their records are to be has to be looked up. */
  | (Answering & { readonly kind: "placing" })
  /** The records are to be written. */
  | (Answering & { readonly kind: "publishing"; readonly records: readonly RecordPlace[] })
  /** The records are written; all name servers of their zones are to have them before a CA looks. */
  | (Answering & {
      readonly kind: "propagating";
      readonly records: readonly RecordPlace[];
      readonly polls: number;
    })
  /** What answers the challenges is published; they are to be posted, each once. */
  | (Answering & { readonly kind: "challenging" })
  /** The CA validates; the order is polled. */
  | (Owed & { readonly kind: "validating"; readonly order: OrderReference; readonly polls: number })
  /** Every name is validated; key and CSR are to be made. */
  | (Owed & {
      readonly kind: "ready";
      readonly order: OrderReference;
      readonly refusedKey?: KeyFingerprint;
    })
  /** Key and CSR are stored; finalize is to be sent. */
  | (Owed & {
      readonly kind: "finalizing";
      readonly order: OrderReference;
      /** The key is one that was used before; absent: it is new. */
      readonly reusedKey?: KeyFingerprint;
      readonly refusedKey?: KeyFingerprint;
    })
  /** The CA issues; the order is polled. */
  | (Owed & { readonly kind: "processing"; readonly order: OrderReference; readonly polls: number })
  /** The CA has issued; the chain is to be fetched. */
  | (Owed & { readonly kind: "downloading"; readonly order: OrderReference; readonly certificateUrl: string })
  /** The order is invalid; its authorizations are read to learn why. */
  | (Owed & { readonly kind: "diagnosing"; readonly order: OrderReference; readonly problem: string | null })
  | { readonly kind: "issued" }
  | {
      readonly kind: "abandoned";
      readonly cause: FailureCode;
      readonly detail: string;
      readonly retryAt: Instant | null;
    };

export type IssuanceKind = IssuanceState["kind"];
export type LiveState = Exclude<IssuanceState, { kind: "issued" | "abandoned" }>;

export const isLive = (state: IssuanceState): state is LiveState =>
  state.kind !== "issued" && state.kind !== "abandoned";

/** The first state of an issuance. */
export const planned = (now: Instant): LiveState => ({ kind: "planned", since: now, wakeAt: now, faults: 0 });

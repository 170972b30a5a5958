import type { FailureCode } from "../failure/failure-code.ts";
import type { Instant } from "../time/instant.ts";

/** The CA's order, by its URLs: all that is needed to look at it again after a crash. */
export interface OrderReference {
  readonly url: string;
  readonly finalizeUrl: string;
  readonly authorizationUrls: readonly string[];
}

/** An HTTP-01 challenge that is published and has to be posted to the CA. */
export interface PendingChallenge {
  readonly identifier: string;
  readonly authorizationUrl: string;
  readonly challengeUrl: string;
  readonly token: string;
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
 * One attempt to get the next certificate of a lineage. Each state but the last two owes one effect (see
 * effect.ts); what that effect reports is the input that leads to the next state (see advance.ts).
 */
export type IssuanceState =
  /** The CA has heard nothing yet. */
  | (Owed & { readonly kind: "planned" })
  /** The CA has an order; its authorizations are to be read. */
  | (Owed & { readonly kind: "ordered"; readonly order: OrderReference })
  /** The key authorizations are published; the challenges are to be posted, each once. */
  | (Owed & {
      readonly kind: "challenging";
      readonly order: OrderReference;
      readonly challenges: readonly PendingChallenge[];
    })
  /** The CA validates; the order is polled. */
  | (Owed & { readonly kind: "validating"; readonly order: OrderReference; readonly polls: number })
  /** Every name is validated; key and CSR are to be made. */
  | (Owed & { readonly kind: "ready"; readonly order: OrderReference })
  /** Key and CSR are stored; finalize is to be sent. */
  | (Owed & { readonly kind: "finalizing"; readonly order: OrderReference })
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

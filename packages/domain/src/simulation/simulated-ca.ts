/**
 * The CA of a simulation, as our side of it sees it: it counts by rules of its own, in the same process and in virtual
 * time. One object stands for our one account there.
 */
import type { ProblemFacts } from "../failure/classify.ts";
import type { Validity } from "../schedule/renewal.ts";
import type { Instant } from "../time/instant.ts";

/** An order at the CA. */
export interface CaOrder {
  readonly names: readonly string[];
}

/** An answer that is none to the question: the CA is busy or away. `problem` as it would have been read from its reply. */
export interface NoAnswer {
  readonly kind: "failed";
  readonly problem: ProblemFacts;
}

export type NewOrderAnswer =
  | { readonly kind: "accepted"; readonly order: CaOrder }
  /** By one of its limits, or for what is about the names. */
  | { readonly kind: "refused"; readonly problem: ProblemFacts }
  | NoAnswer;

export interface FailedName {
  readonly identifier: string;
  readonly problem: ProblemFacts;
}

export type OrderLook =
  | { readonly kind: "pending" }
  | { readonly kind: "ready" }
  | { readonly kind: "invalid"; readonly failed: readonly FailedName[] }
  | NoAnswer;

export type IssueAnswer =
  | { readonly kind: "issued"; readonly notBefore: Instant; readonly notAfter: Instant }
  | NoAnswer;

export interface SimulatedCa {
  /** @param replaced the certificate that the order names as the one it replaces (RFC 9773 section 5); null: none. */
  newOrder(names: readonly string[], now: Instant, replaced: Validity | null): NewOrderAnswer;
  /** The challenges of all names are met: it begins to validate. */
  validate(order: CaOrder, now: Instant): { readonly kind: "begun" } | NoAnswer;
  look(order: CaOrder, now: Instant): OrderLook;
  finalize(order: CaOrder, now: Instant): IssueAnswer;
  /** A certificate that it has issued in the past, before the simulation. */
  hasIssued(names: readonly string[], at: Instant): void;
  counts(now: Instant): CaCounts;
}

export interface CaCounts {
  /** Orders that it has counted against our account's limit. */
  readonly spent: number;
  /** Orders that could be made at once; null: no limit. */
  readonly left: number | null;
  /** Refusals, by the CA's own word for what was used up. */
  readonly refusals: Readonly<Record<string, number>>;
}

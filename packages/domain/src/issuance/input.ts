import type { Fault, ProblemFacts } from "../failure/classify.ts";
import type { Instant } from "../time/instant.ts";
import type { ChallengeType } from "./choose-challenge.ts";
import type { KeyFingerprint, OrderReference, RecordPlace } from "./state.ts";

/** RFC 8555 section 7.1.6. */
export type OrderStatus = "pending" | "ready" | "processing" | "valid" | "invalid";
export type AuthorizationStatus = "pending" | "valid" | "invalid" | "deactivated" | "expired" | "revoked";
export type ChallengeStatus = "pending" | "processing" | "valid" | "invalid";

export interface OrderFacts extends OrderReference {
  readonly status: OrderStatus;
  /** DNS names, as the CA has them. */
  readonly names: readonly string[];
  readonly certificateUrl: string | null;
  /** The order's own `error`, in the CA's words. */
  readonly problem: string | null;
  /** Whether the CA has it as the successor of a certificate (RFC 9773 section 5). */
  readonly replaces: boolean;
}

export interface AuthorizationFacts {
  readonly url: string;
  /** As the order has it: with the `*.` of a wildcard. */
  readonly identifier: string;
  readonly status: AuthorizationStatus;
  /** Those that the CA offers, as far as we can answer them. */
  readonly challenges: readonly OfferedChallenge[];
  /** Whether a zone that we may write has the name, so that its proof needs no delegation. */
  readonly inOurZone: boolean;
  /** The failed challenge's error; null when none failed or the CA does not say. */
  readonly problem: ProblemFacts | null;
}

export interface OfferedChallenge {
  readonly type: ChallengeType;
  readonly url: string;
  readonly token: string;
  readonly status: ChallengeStatus;
}

/** What the leaf says of itself, and whether the chain stood our look at it. */
export interface CertificateFacts {
  readonly names: readonly string[];
  readonly matchesKey: boolean;
}

/** Which name servers have what was written, in words. */
export interface Propagation {
  /** What is missing at which of them; null: every record is at all that answer. */
  readonly missing: string | null;
  /** Which of them do not answer; null: all do. */
  readonly silent: string | null;
}

/** What an effect reports. */
export type IssuanceInput =
  | { readonly kind: "order"; readonly order: OrderFacts; readonly retryAt: Instant | null }
  | { readonly kind: "authorizations"; readonly authorizations: readonly AuthorizationFacts[] }
  /** Where the records of the DNS-01 challenges are to be; one for each of them. */
  | { readonly kind: "placed"; readonly records: readonly RecordPlace[] }
  /** Every record is written. */
  | { readonly kind: "published" }
  | ({ readonly kind: "propagation" } & Propagation)
  | { readonly kind: "challenged" }
  /** `reusedKey`: of the key where it was used before; absent: it is new. */
  | { readonly kind: "keyed"; readonly reusedKey?: KeyFingerprint }
  | { readonly kind: "certificate"; readonly certificate: CertificateFacts }
  | { readonly kind: "fault"; readonly fault: Fault };

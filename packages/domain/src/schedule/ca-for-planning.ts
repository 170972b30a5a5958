import type { Limit } from "../budget/limit.ts";
import type { BucketName } from "../budget/order-spending.ts";
import type { Instant } from "../time/instant.ts";

/** A CA of the pool, as a round of planning finds it. */
export interface CaForPlanning {
  readonly id: string;
  /** The same for those that are one CA with several accounts: the first one's id. */
  readonly homeId: string;
  readonly accountId: string;
  /** Share of the pool's work; 0: only what may go nowhere else. */
  readonly weight: number;
  /** Orders in flight now, and at most. */
  readonly inFlight: number;
  readonly mostInFlight: number;
  /** Of those in flight: emergencies. */
  readonly emergenciesInFlight: number;
  /** `none` and `probe` come from the circuit breaker; `until` is when that may change, null: with an order's end. */
  readonly admission:
    | { readonly kind: "all" }
    | { readonly kind: "probe" }
    | { readonly kind: "none"; readonly until: Instant | null };
  /** The limit that holds for this bucket now; null: none is known. */
  readonly limitFor: (bucket: BucketName) => Limit | null;
  /** Whether renewals are exempt there: those of the same names, and successors in their window. */
  readonly exemptsRenewals: boolean;
  /** Certificate profiles that it offers. */
  readonly profiles: readonly string[];
}

/** Of the CA's new orders. */
export const accountBucket = ({ accountId }: CaForPlanning): BucketName => ({
  limit: "new-orders-per-account",
  key: accountId,
});

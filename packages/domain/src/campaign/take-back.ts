import type { LedgerChange } from "../budget/ledger-change.ts";
import type { Spending } from "../budget/order-spending.ts";

/** An issuance for which the CA is to be asked for an order, and that no worker has at this moment. */
export interface PlannedIssuance {
  readonly spending: readonly Spending[];
  /** Faults in a row of asking for the order. */
  readonly faults: number;
  /** Whether a worker has ever had it. */
  readonly wasClaimed: boolean;
}

/**
 * What the ledger learns when an issuance is ended before its order is made. A worker that died with it may have asked
 * the CA, so what an order costs counts as spent then; a fault has told the ledger already what it may have cost.
 */
export const takeBack = ({ spending, faults, wasClaimed }: PlannedIssuance): readonly LedgerChange[] =>
  spending.map(({ limit, key, spentAt }) => ({
    kind: spentAt === "order" && wasClaimed && faults === 0 ? "settled" : "released",
    limit,
    key,
  }));

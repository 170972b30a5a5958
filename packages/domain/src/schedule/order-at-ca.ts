/** The order that a lineage would have at a CA, and the buckets that it takes to plan it. */
import {
  type BucketName,
  type Exemption,
  lookedAt,
  type OrderPlan,
  spendingOf,
} from "../budget/order-spending.ts";
import type { Instant } from "../time/instant.ts";
import { accountBucket, type CaForPlanning } from "./ca-for-planning.ts";
import { isInWindow } from "./renewal-window.ts";
import type { WaitingLineage } from "./waiting-lineage.ts";

/** The buckets of CAs as a whole, which every planning looks at. */
export const bucketsOfCas = (cas: readonly CaForPlanning[]): (BucketName & { readonly caId: string })[] =>
  cas.map((ca) => ({ caId: ca.id, ...accountBucket(ca) }));

/** The buckets that planning an order of this lineage at this CA may look at. */
export const bucketsFor = (
  ca: CaForPlanning,
  lineage: WaitingLineage,
  now: Instant,
): readonly BucketName[] => {
  const order = orderAt(ca, lineage, now);
  return [...lookedAt(order), ...spendingOf(order), accountBucket(ca)];
};

export const orderAt = (ca: CaForPlanning, lineage: WaitingLineage, now: Instant): OrderPlan => ({
  accountId: ca.accountId,
  names: lineage.names,
  exemption: exemptionAt(ca, lineage, now),
});

/** Earlier or later than its window a successor is like any order for the same names. */
function exemptionAt(ca: CaForPlanning, { sameSetAt, successor }: WaitingLineage, now: Instant): Exemption {
  if (!ca.exemptsRenewals) return "none";
  if (successor?.caId === ca.id && isInWindow(successor.window, now)) return "renewal-information";
  return sameSetAt.includes(ca.homeId) ? "same-set" : "none";
}

/** How many of a CA's new orders are spent, as a count: what a ledger knows, for a plan that is made without it. */
import { tokensLeft } from "../budget/bucket.ts";
import { type LimitName, refillTime } from "../budget/limit.ts";
import type { Instant } from "../time/instant.ts";
import { limitAt, type PlannedCa } from "./plan-request.ts";

const ordersLimit: LimitName = "new-orders-per-account";

/** Buckets are kept in milliseconds since the epoch: less of an order than this is rounding. */
const noise = 0.001;

/** Whole orders, rounded up; 0 where nothing limits them. */
export function ordersSpent(ca: PlannedCa, at: Instant): number {
  const limit = limitAt(ca, ordersLimit, ca.accountId, at);
  if (limit === null) return 0;
  return Math.max(0, Math.ceil(limit.burst - tokensLeft(limit, ca.orders, at) - noise));
}

/** The CA with so many of its orders spent at this instant; no more than there are. */
export function withOrdersSpent(ca: PlannedCa, spent: number, at: Instant): PlannedCa {
  const limit = limitAt(ca, ordersLimit, ca.accountId, at);
  if (limit === null) return ca;
  return { ...ca, orders: { fullAt: at + Math.min(spent, limit.burst) * refillTime(limit), reserved: 0 } };
}

import type { Bucket } from "../budget/bucket.ts";
import { effectiveLimit, type LimitOverride } from "../budget/effective-limits.ts";
import type { Limit, LimitName } from "../budget/limit.ts";
import { refillTime } from "../budget/limit.ts";
import { type LimitSetName, limitSets } from "../budget/limit-sets.ts";
import type { Instant } from "../time/instant.ts";
import type { ListSummary } from "./list-summary.ts";
import type { SecondOrder } from "./order-room.ts";

/** A CA as a plan sees it. */
export interface PlannedCa {
  readonly name: string;
  /** The same for those that are one CA with several accounts, who share what it counts over all of them. */
  readonly home: string;
  /** What an override request names; null: not known. */
  readonly accountUrl: string | null;
  /** The key of the account's bucket, as overrides name it. */
  readonly accountId: string;
  readonly limitSet: LimitSetName;
  readonly overrides: readonly LimitOverride[];
  /** Share of the pool's first choices; 0: nothing of the list goes there. */
  readonly weight: number;
  /** What is left of its new orders when the plan begins. */
  readonly orders: Bucket;
  readonly mostOrdersInFlight: number;
  /** When nothing can be ordered there. */
  readonly outages: readonly Outage[];
}

export interface Outage {
  readonly from: Instant;
  readonly to: Instant;
}

/** How names fail, as shares of all domains, 0 to 1, together less than 1. */
export interface FailingDomains {
  /** Never right: whatever is tried, it fails. */
  readonly never: number;
  /** Wrong at first, right after `laterAfterDays`. */
  readonly later: number;
  readonly laterAfterDays: number;
}

/** What else the CAs' limits are spent on. */
export interface Background {
  /** New domains a day beside the list: each is an order, before any of the list's. */
  readonly newPerDay: number;
  readonly renewalsPerDay: number;
  /** Share of the renewals that no limit counts: by renewal information, or for the same names. */
  readonly exemptShare: number;
}

export interface PackWish {
  /** Names in one certificate at most; 1: each domain has its own, however many names that has. */
  readonly names: number;
  readonly acrossTenants: boolean;
}

/** `p256+rsa2048`: two certificates for the same names, one with a key of each. */
export type PlannedKeys = "p256" | "rsa2048" | "p256+rsa2048";

export const isPair = (keys: PlannedKeys): boolean => keys === "p256+rsa2048";

export interface PlanRequest {
  readonly list: ListSummary;
  readonly keyType: PlannedKeys;
  readonly startsAt: Instant;
  /** null: no date is asked for. */
  readonly finishBy: Instant | null;
  readonly packs: PackWish;
  readonly failing: FailingDomains;
  /** Whether names are checked before their first order: those that fail are tried after all that are right. */
  readonly checksFirst: boolean;
  readonly background: Background;
  readonly cas: readonly PlannedCa[];
}

export const defaultFailing: FailingDomains = { never: 0.08, later: 0, laterAfterDays: 0 };

/** Renewals come by renewal information or for the same names; Let's Encrypt counts neither. */
export const noBackground: Background = { newPerDay: 0, renewalsPerDay: 0, exemptShare: 1 };

/** The rule of one of a CA's buckets at an instant; null: nothing limits it. */
export const limitAt = (ca: PlannedCa, limit: LimitName, key: string, now: Instant): Limit | null =>
  effectiveLimit({ builtIn: limitSets[ca.limitSet].limits, overrides: ca.overrides, limit, key, now });

/** Of the orders in flight, what the list's may be while the rest is kept for what is more urgent. */
const inFlightShare = 0.8;
/** From newOrder to the certificate, where the CA and the DNS are well. */
const secondsPerOrder = 5;

/**
 * Orders a second that the CA's request limits and our orders in flight allow. An order of n names is 4 + 2 n requests:
 * newOrder, finalize, a look at the order, the certificate; and an authorization and a challenge for each name
 * (measured: 8 for two names, `npm run bench -- acme`).
 */
export const orderRate = (ca: PlannedCa, namesPerOrder: number): number =>
  rateOf(ca, {
    newOrder: 1,
    authorization: namesPerOrder,
    challenge: namesPerOrder,
    finalize: 1,
    "*": 4 + 2 * namesPerOrder,
  });

/**
 * The second order of a pair: its names are proven, so nothing is asked of their challenges, and a CA that exempts
 * renewals counts no order for names that it has just issued for.
 */
export function secondOrder(ca: PlannedCa, namesPerOrder: number): SecondOrder {
  const requests = { newOrder: 1, authorization: namesPerOrder, finalize: 1, "*": 4 + namesPerOrder };
  return { counted: countsSecond(ca) ? 1 : 0, asked: orderRate(ca, namesPerOrder) / rateOf(ca, requests) };
}

/** Whether a CA counts the second order of a pair against its limits of new orders and of registered domains. */
export const countsSecond = ({ limitSet }: Pick<PlannedCa, "limitSet">): boolean =>
  !limitSets[limitSet].exemptsRenewals;

/** Orders a second, each of so many requests of a kind. */
function rateOf(ca: PlannedCa, perOrder: Readonly<Record<string, number>>): number {
  const rates = limitSets[ca.limitSet].requests.map(({ resource, limit }) => {
    const requests = perOrder[resource];
    return requests === undefined ? Number.POSITIVE_INFINITY : 1_000 / refillTime(limit) / requests;
  });
  return Math.min((ca.mostOrdersInFlight * inFlightShare) / secondsPerOrder, ...rates);
}

/**
 * What to ask Let's Encrypt for, and in which words. Tiers and fields as of Boulder's sfe/overrides.go, 2026-08.
 * Source: https://letsencrypt.org/docs/rate-limits/#new-orders-per-account
 */
import type { LimitOverride } from "../budget/effective-limits.ts";
import type { Limit } from "../budget/limit.ts";
import { refillTime } from "../budget/limit.ts";
import { after, days, type Instant, instant } from "../time/instant.ts";
import { dayOf, type EnrolmentPlan } from "./enrolment-plan.ts";
import { planEnrolment } from "./plan-enrolment.ts";
import { isPair, limitAt, type PlannedCa, type PlanRequest } from "./plan-request.ts";

/** New orders a week that can be asked for. */
const orderTiers = [
  1_000, 5_000, 10_000, 25_000, 50_000, 75_000, 100_000, 175_000, 250_000, 500_000, 750_000, 1_000_000,
] as const;

/** "It takes a few weeks" until an override holds, says Let's Encrypt; so many are planned with. */
const weeksToGrant = 3;

/** Without a date to finish by, a tier is looked for that gets the list done in so long. */
const usualWish = days(90);

export interface OverrideRequest {
  readonly ca: string;
  /** The account's URL; null: no account is known, `certmill ca list` tells it. */
  readonly accountUrl: string | null;
  readonly ordersPerWeek: number;
  /** From when the plan counts on it. */
  readonly from: string;
  /** When the list is done with it; null: not in ten years. */
  readonly finishesAt: string | null;
  readonly form: string;
  /** For the form's field; it wants 60 characters or more. */
  readonly useCase: string;
  /** What asking for too little would cost. */
  readonly trap: string;
}

const form = "https://isrg.formstack.com/forms/rate_limit_adjustment_request";

/** The smallest tier that gets the list done in time, or else the largest that still helps; null: none is needed. */
export function overrideRequest(request: PlanRequest, plan: EnrolmentPlan): OverrideRequest | null {
  const ca = request.cas.find(({ limitSet, weight }) => limitSet === "letsencrypt" && weight > 0);
  const wish = request.finishBy ?? after(request.startsAt, usualWish);
  if (ca === undefined || isInTime(plan, wish)) return null;
  const from = grantedAt(request);
  const rule = limitAt(ca, "new-orders-per-account", ca.accountId, from);
  const planned = orderTiers
    .filter((tier) => rule !== null && days(7) / tier < refillTime(rule))
    .map((tier) => ({ tier, plan: () => planEnrolment(withOverride(request, ca, tier, from)) }));
  let best: { readonly tier: number; readonly plan: EnrolmentPlan } | null = null;
  for (const each of planned) {
    const next = { tier: each.tier, plan: each.plan() };
    if (best !== null && next.plan.days > best.plan.days * 0.98) break;
    best = next;
    if (isInTime(next.plan, wish)) break;
  }
  if (best === null || best.plan.days > plan.days * 0.98) return null;
  return {
    ca: ca.name,
    accountUrl: ca.accountUrl,
    ordersPerWeek: best.tier,
    from: dayOf(from),
    finishesAt: best.plan.finishesAt,
    form,
    useCase: useCase(request, best),
    trap: smallTierTrap(rule),
  };
}

export const grantedAt = ({ startsAt }: Pick<PlanRequest, "startsAt">): Instant =>
  instant((Math.floor(startsAt / days(1)) + weeksToGrant * 7) * days(1));

/** Granted as burst and count of a week. */
export function withOverride(
  request: PlanRequest,
  ca: PlannedCa,
  perWeek: number,
  startsAt: Instant,
): PlanRequest {
  const granted: LimitOverride = {
    limit: "new-orders-per-account",
    key: ca.accountId,
    rule: { burst: perWeek, count: perWeek, period: days(7) },
    startsAt,
  };
  const cas = request.cas.map((each) =>
    each === ca ? { ...ca, overrides: [...ca.overrides, granted] } : each,
  );
  return { ...request, cas };
}

export const isInTime = ({ finishesAt }: EnrolmentPlan, by: Instant): boolean =>
  finishesAt !== null && Date.parse(finishesAt) <= by;

function useCase(
  request: PlanRequest,
  { tier, plan }: { readonly tier: number; readonly plan: EnrolmentPlan },
): string {
  const { background, startsAt, packs, list } = request;
  const each = packs.names > 1 ? `up to ${packs.names} names each` : "one certificate per domain";
  const { total, second } = plan.orders;
  const pairs = isPair(request.keyType)
    ? `, and ${number(second)} more for the same names with an RSA key, which are exempt as renewals are`
    : "";
  const end = plan.finishesAt === null ? "" : ` and ${plan.finishesAt.slice(0, 10)}`;
  const later = Math.ceil(background.newPerDay);
  return [
    `We are a hosting provider and order for our customers' domains from one account, by HTTP-01.`,
    `Between ${dayOf(startsAt)}${end} we move ${number(list.domains)} domains under ${number(list.registeredDomains)} registered domains to Let's Encrypt (${each}): about ${number(total - second)} new orders, at most ${number(tier)} a week${pairs}.`,
    `After that there are ${later === 0 ? "new customers' domains only" : `about ${number(later)} new orders a day`}; renewals come by ARI and are exempt.`,
    "Our client keeps to the limits by itself, and domains that fail are tried again once a day at most.",
  ].join(" ");
}

/** In words: what a tier costs that is below what the present rule refills in a week. */
function smallTierTrap(rule: Limit | null): string {
  const perWeek = rule === null ? 0 : Math.floor(days(7) / refillTime(rule));
  const slower = orderTiers.filter((tier) => tier < perWeek).map((tier) => number(tier));
  if (rule === null || slower.length === 0) return "Every tier refills faster than what holds now.";
  const list = slower.length === 1 ? slower[0] : `${slower.slice(0, -1).join(", ")} and ${slower.at(-1)}`;
  return `The tiers of ${list} a week begin with more orders at once, but refill slower than what holds now (${number(perWeek)} a week, one every ${Math.round(refillTime(rule) / 1_000)} s): a long list is done later with them. Ask for more.`;
}

const number = (value: number): string => value.toLocaleString("en-US");

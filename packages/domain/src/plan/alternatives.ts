/** What else could be done, each planned as the list itself is. */
import { fullBucket } from "../budget/bucket.ts";
import type { LimitOverride } from "../budget/effective-limits.ts";
import { refillTime } from "../budget/limit.ts";
import type { LimitSetName } from "../budget/limit-sets.ts";
import { after, days } from "../time/instant.ts";
import type { EnrolmentPlan } from "./enrolment-plan.ts";
import { packSize } from "./order-demand.ts";
import { grantedAt, isInTime, withOverride } from "./override-request.ts";
import { planEnrolment } from "./plan-enrolment.ts";
import { limitAt, type PlannedCa, type PlanRequest } from "./plan-request.ts";

export interface Alternative {
  readonly change: "override" | "domain-override" | "second-ca" | "packs" | "outage";
  readonly what: string;
  readonly finishesAt: string | null;
  readonly days: number;
  readonly orders: number;
  readonly certificates: number;
  /** Days earlier than the plan; negative: later. */
  readonly daysSaved: number;
  /** null: no date was asked for. */
  readonly isInTime: boolean | null;
  /** What it costs, or what to know about it; null: nothing. */
  readonly note: string | null;
}

interface Change {
  readonly change: Alternative["change"];
  readonly what: string;
  readonly request: PlanRequest;
  readonly note: (plan: EnrolmentPlan) => string | null;
}

export function alternatives(request: PlanRequest, plan: EnrolmentPlan): readonly Alternative[] {
  return [
    ...overrides(request, plan),
    ...domainOverrides(request, plan),
    ...secondCas(request),
    ...packs(request),
    ...outages(request, plan),
  ].map(({ change, what, request: changed, note }) => {
    const other = planEnrolment(changed);
    return {
      change,
      what,
      finishesAt: other.finishesAt,
      days: other.days,
      orders: other.orders.total,
      certificates: other.certificates,
      daysSaved: Math.round((plan.days - other.days) * 10) / 10,
      isInTime: request.finishBy === null ? null : isInTime(other, request.finishBy),
      note: note(other),
    };
  });
}

const shownTiers = [10_000, 25_000, 50_000, 100_000] as const;

/** None that would come after the finish. */
function overrides(request: PlanRequest, { finishesAt }: EnrolmentPlan): readonly Change[] {
  const ca = request.cas.find(({ limitSet, weight }) => limitSet === "letsencrypt" && weight > 0);
  if (ca === undefined) return [];
  const from = grantedAt(request);
  if (finishesAt !== null && Date.parse(finishesAt) <= from) return [];
  const rule = limitAt(ca, "new-orders-per-account", ca.accountId, from);
  if (rule === null) return [];
  const perWeek = days(7) / refillTime(rule);
  return shownTiers
    .filter((tier) => tier !== rule.burst && (tier > perWeek || rule.burst < tier))
    .map((tier) => ({
      change: "override",
      what: `${ca.name}: ${tier.toLocaleString("en-US")} orders a week`,
      request: withOverride(request, ca, tier, from),
      note: () =>
        tier < perWeek
          ? `refills slower than what holds now, ${Math.floor(perWeek).toLocaleString("en-US")} a week`
          : null,
    }));
}

/** Certificates of one registered domain a week that can be asked for: the lowest of Boulder's tiers. */
const domainTiers = [300, 1_000, 5_000, 10_000, 25_000, 50_000] as const;
const usualWeeks = 4;

/** For the largest registered domain that is waited for at the end: enough to have it done in four weeks. */
function domainOverrides(request: PlanRequest, { slowDomains }: EnrolmentPlan): readonly Change[] {
  const ca = request.cas.find(({ limitSet, weight }) => limitSet === "letsencrypt" && weight > 0);
  const [slowest] = slowDomains
    .filter(({ name }) => name !== null)
    .toSorted((a, b) => b.certificates - a.certificates);
  if (ca === undefined || slowest === undefined || slowest.name === null) return [];
  const { name, certificates } = slowest;
  const tier = domainTiers.find((each) => each >= certificates / usualWeeks) ?? 50_000;
  const granted: LimitOverride = {
    limit: "new-certificates-per-registered-domain",
    key: name,
    rule: { burst: tier, count: tier, period: days(7) },
    startsAt: grantedAt(request),
  };
  const cas = request.cas.map((each) =>
    each === ca ? { ...ca, overrides: [...ca.overrides, granted] } : each,
  );
  return [
    {
      change: "domain-override",
      what: `${name}: ${tier.toLocaleString("en-US")} a week`,
      request: { ...request, cas },
      note: () => `if ${name} is yours, the public suffix list lifts its limit for good`,
    },
  ];
}

const otherCas: readonly { readonly set: LimitSetName; readonly what: string }[] = [
  { set: "zerossl", what: "its limits are not published" },
  { set: "google", what: "its quota of new orders is not published" },
];

/** As much of the first choices as goes there beside a CA of weight 100: a fifth. */
const secondWeight = 25;
const besidePercent = (100 * secondWeight) / (100 + secondWeight);

function secondCas(request: PlanRequest): readonly Change[] {
  return otherCas
    .filter(({ set }) => !request.cas.some(({ limitSet, weight }) => limitSet === set && weight > 0))
    .map(({ set, what }) => ({
      change: "second-ca",
      what: `${set} beside, first choice of ${besidePercent} %`,
      request: { ...request, cas: [...request.cas, besideCa(set, request.cas)] },
      note: ({ byCa }) =>
        `issues ${Math.round((byCa.find(({ ca }) => ca === set)?.share ?? 0) * 100)} %, as it gets what the others have no budget for; ${what}`,
    }));
}

function besideCa(limitSet: LimitSetName, pool: readonly PlannedCa[]): PlannedCa {
  const weights = pool.reduce((sum, { weight }) => sum + weight, 0);
  return {
    name: limitSet,
    home: limitSet,
    accountUrl: null,
    accountId: "",
    limitSet,
    overrides: [],
    weight: weights === 0 ? 1 : (weights * secondWeight) / 100,
    orders: fullBucket,
    mostOrdersInFlight: 64,
    outages: [],
  };
}

const shownPacks = [10, 50, 100] as const;

function packs(request: PlanRequest): readonly Change[] {
  const { list, cas } = request;
  const acrossTenants = request.packs.acrossTenants || list.tenants.length === 0;
  return shownPacks
    .filter((names) => names > request.packs.names && packSize(list, { names, acrossTenants }, cas) > 1)
    .map((names) => ({
      change: "packs",
      what: `packs of ${names} names`,
      request: { ...request, packs: { names, acrossTenants } },
      note: ({ orders }) =>
        packNote(acrossTenants, Math.round((100 * orders.split) / Math.max(1, orders.first))),
    }));
}

/** Half way, as that is when limits bind; of a list that takes a few days, all of it may come after. */
const leastDays = 4;

/** What a plan is worth on the worst day to be expected of each of its CAs. */
function outages(request: PlanRequest, { days: planned, finishesAt }: EnrolmentPlan): readonly Change[] {
  if (finishesAt === null || planned < leastDays) return [];
  const from = after(request.startsAt, days(planned / 2));
  const down = { from, to: after(from, days(1)) };
  return request.cas
    .filter(({ weight }) => weight > 0)
    .map((ca) => ({
      change: "outage",
      what: `${ca.name} down for a day`,
      request: {
        ...request,
        cas: request.cas.map((each) => (each === ca ? { ...ca, outages: [...ca.outages, down] } : each)),
      },
      note: () => null,
    }));
}

function packNote(acrossTenants: boolean, splitPercent: number): string {
  const whose = acrossTenants ? "customers share certificates" : "within a tenant";
  return splitPercent === 0 ? whose : `${whose}; ${splitPercent} % have a dead domain and are split`;
}

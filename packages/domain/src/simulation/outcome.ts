/**
 * What came of a simulation: plain values, as they are printed and sent. Instants are RFC 3339 texts in UTC, days are
 * `2027-02-20`, shares are 0 to 1.
 */

import type { Limit, LimitName } from "../budget/limit.ts";
import type { FailureCode } from "../failure/failure-code.ts";
import { dayOf, instantTextOf } from "../plan/enrolment-plan.ts";
import { days, hours, type Instant } from "../time/instant.ts";
import type { HeldBy, Journal, Look } from "./journal.ts";
import type { Lineage } from "./lineage.ts";
import type { PoolCa } from "./pool-ca.ts";

export interface SimulationOutcome {
  readonly startsAt: string;
  /** The last instant that was simulated. */
  readonly endedAt: string;
  /** When the last domain of the list that can have a certificate had it; null: not all have one. */
  readonly finishesAt: string | null;
  /** From the start to the finish; to the end where there is none. */
  readonly days: number;
  readonly domains: number;
  /** Domains that a CA would find right, at some time. */
  readonly issuable: number;
  readonly enrolled: number;
  /** Of the list, up to the end. */
  readonly certificates: number;
  readonly orders: {
    readonly total: number;
    readonly first: number;
    readonly split: number;
    readonly retries: number;
    /** For the second certificates of pairs. */
    readonly second: number;
  };
  /** Orders of others. */
  readonly beside: { readonly customers: number; readonly renewals: number };
  readonly byDay: readonly SimulatedDay[];
  readonly byCa: readonly { readonly ca: string; readonly orders: number; readonly certificates: number }[];
  /** Days for which the list waited, by what for. */
  readonly heldDays: Readonly<Partial<Record<HeldBy, number>>>;
  /** How often somebody had to wait for a limit of his own, by limit. */
  readonly parked: Readonly<Partial<Record<LimitName, number>>>;
  /** Requests that CAs refused, by limit in the CA's words; `overload` is known to nobody before. */
  readonly refusals: Readonly<Record<string, number>>;
  /** Of them, those for a limit that the ledger could know, but for those in a trouble of the CA's. */
  readonly avoidableRefusals: number;
  readonly failures: Readonly<Partial<Record<FailureCode, number>>>;
  /** Of the new orders that the CAs allowed while a domain of the list waited, those made; null: none ever waited. */
  readonly budgetUsed: number | null;
  /** 99 % of new customers waited no longer for their certificates, in seconds; null: there was none. */
  readonly interactiveP99Seconds: number | null;
  /** Certificates that ended before the next was there. */
  readonly expired: number;
  /** Domains that waited over twice as long as their class does on average, and over an hour. */
  readonly starved: number;
  /** The longest of these waits in means of its class; 0: none was longer than an hour. */
  readonly longestWait: { readonly list: number; readonly customers: number };
  /** How often the campaign would have waited for a person, for what failed. */
  readonly pauses: number;
}

export interface SimulatedDay {
  readonly day: string;
  readonly orders: number;
  readonly certificates: number;
  readonly covered: number;
  readonly ordersBeside: number;
}

/** A time in which a CA does not do what is known of it; refusals in it, and its budget, are not counted. */
export interface Trouble {
  readonly ca: string;
  readonly from: Instant;
  readonly to: Instant;
}

export interface EndedSimulation {
  readonly journal: Journal;
  readonly now: Instant;
  readonly pauses: number;
  readonly troubles: readonly Trouble[];
}

export function outcomeOf(ended: EndedSimulation): SimulationOutcome {
  const { journal, now, pauses } = ended;
  const { startsAt, orders, lastAt } = journal;
  const finish = journal.isEnrolled ? (lastAt ?? startsAt) : null;
  const { first, split, retries, second, customers, renewals } = orders;
  return {
    startsAt: instantTextOf(startsAt),
    endedAt: instantTextOf(now),
    finishesAt: finish === null ? null : instantTextOf(finish),
    days: thousandths(((finish ?? now) - startsAt) / days(1)),
    domains: journal.domains,
    issuable: journal.issuable,
    enrolled: journal.enrolled,
    certificates: journal.issued.first + journal.issued.second,
    orders: { total: first + split + retries + second, first, split, retries, second },
    beside: { customers, renewals },
    byDay: journal.days.map(({ at, orders: ofList, certificates, covered, beside }) => ({
      day: dayOf(at),
      orders: ofList,
      certificates,
      covered,
      ordersBeside: beside,
    })),
    byCa: [...journal.ofCa].map(([ca, part]) => ({ ca, ...part })),
    heldDays: Object.fromEntries(
      [...journal.heldFor].map(([what, time]) => [what, thousandths(time / days(1))]),
    ),
    parked: Object.fromEntries(journal.parked),
    refusals: refusalsOf(journal.cas, now),
    avoidableRefusals: avoidableRefusals(ended),
    failures: Object.fromEntries(journal.failed),
    budgetUsed: budgetUsed(ended),
    interactiveP99Seconds: interactiveP99(journal.lineages),
    expired: journal.expired + journal.lineages.filter((each) => hasExpired(each, now)).length,
    ...longWaits(ended),
    pauses,
  };
}

const thousandths = (value: number): number => Math.round(value * 1_000) / 1_000;

const hasExpired = ({ certificate }: Lineage, now: Instant): boolean =>
  certificate !== null && certificate.notAfter < now;

function refusalsOf(cas: readonly PoolCa[], now: Instant): Readonly<Record<string, number>> {
  const sums: Record<string, number> = {};
  for (const { terms } of cas)
    for (const [limit, count] of Object.entries(terms.ca.counts(now).refusals))
      if (count > 0) sums[limit] = (sums[limit] ?? 0) + count;
  return sums;
}

/** Two looks that follow each other. */
interface Span {
  readonly from: Look;
  readonly to: Look;
}

const spansOf = (looks: readonly Look[]): readonly Span[] =>
  looks.slice(1).flatMap((to, index) => {
    const from = looks[index];
    return from === undefined ? [] : [{ from, to }];
  });

const isUsual = ({ terms }: PoolCa, troubles: readonly Trouble[], { from, to }: Span): boolean =>
  troubles.every((trouble) => trouble.ca !== terms.id || to.at <= trouble.from || from.at >= trouble.to);

function avoidableRefusals({ journal, now, troubles }: EndedSimulation): number {
  const last: Look = {
    at: now,
    waiting: false,
    cas: journal.cas.map(({ terms }) => terms.ca.counts(now)),
  };
  const spans = spansOf([...journal.looks, last]);
  return journal.cas.reduce(
    (sum, ca, index) =>
      sum +
      spans
        .filter((span) => isUsual(ca, troubles, span))
        .reduce((all, { from, to }) => all + knowable(to, index) - knowable(from, index), 0),
    0,
  );
}

/** That a CA is overloaded, nobody can know before. */
const knowable = ({ cas }: Look, index: number): number =>
  Object.entries(cas[index]?.refusals ?? {}).reduce(
    (sum, [limit, count]) => (limit === "overload" ? sum : sum + count),
    0,
  );

function budgetUsed({ journal, troubles }: EndedSimulation): number | null {
  let spent = 0;
  let offered = 0;
  for (const [index, ca] of journal.cas.entries()) {
    let until: Instant | null = null;
    let rule = null as Limit | null;
    for (const span of spansOf(journal.looks)) {
      const [before, later] = [span.from.cas[index], span.to.cas[index]];
      const limit = ca.limitFor({ limit: "new-orders-per-account", key: ca.terms.accountId }, span.from.at);
      // A larger limit begins with its burst there.
      if (limit?.count !== rule?.count || limit?.period !== rule?.period) until = null;
      rule = limit;
      if (before === undefined || later === undefined || limit === null) continue;
      if (!span.from.waiting || !span.to.waiting || !isUsual(ca, troubles, span)) continue;
      // What was left over from a time when nobody waited.
      if (until !== span.from.at) offered += before.left ?? 0;
      offered += ((span.to.at - span.from.at) * limit.count) / limit.period;
      spent += later.spent - before.spent;
      until = span.to.at;
    }
  }
  return offered === 0 ? null : spent / offered;
}

function interactiveP99(lineages: readonly Lineage[]): number | null {
  const waits = lineages
    .flatMap(({ origin, createdAt, firstAt }) =>
      origin === "customer" && firstAt !== null ? [firstAt - createdAt] : [],
    )
    .sort((a, b) => a - b);
  return waits.length === 0 ? null : (waits[Math.ceil(waits.length * 0.99) - 1] ?? 0) / 1_000;
}

/**
 * A first certificate is waited for from the domain's adding, or from when its names are right. Whoever has none at the
 * end counts when he has waited a day. Of a list that is served evenly the last waits just twice the mean.
 */
function longWaits({ journal, now }: EndedSimulation): Pick<SimulationOutcome, "starved" | "longestWait"> {
  const waits = { list: [] as number[], customer: [] as number[] };
  for (const { origin, createdAt, issuableFrom, firstAt } of journal.lineages) {
    if (origin === "existing" || origin === "twin" || issuableFrom === null) continue;
    const since = Math.max(createdAt, issuableFrom);
    if (firstAt === null && now - since < days(1)) continue;
    waits[origin].push((firstAt ?? now) - since);
  }
  const [list, customers] = [judgeWaits(waits.list), judgeWaits(waits.customer)];
  return {
    starved: list.starved + customers.starved,
    longestWait: { list: list.longest, customers: customers.longest },
  };
}

/** Of one class. */
function judgeWaits(waits: readonly number[]): { readonly starved: number; readonly longest: number } {
  const mean = waits.reduce((all, wait) => all + wait, 0) / waits.length;
  const long = waits.filter((wait) => wait > hours(1));
  return {
    starved: long.filter((wait) => wait > 2 * mean).length,
    longest: thousandths(long.reduce((most, wait) => Math.max(most, wait / mean), 0)),
  };
}

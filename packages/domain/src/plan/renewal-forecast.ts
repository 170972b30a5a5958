/** What the list costs when it is done: its renewals, for ever. */

import { limitSets } from "../budget/limit-sets.ts";
import { renewAt } from "../schedule/renewal.ts";
import { after, type Duration, days, type Instant, instant } from "../time/instant.ts";
import { dayOf, type EnrolmentPlan } from "./enrolment-plan.ts";
import type { PlannedCa } from "./plan-request.ts";

/**
 * How long certificates are valid that are issued from an instant on.
 * Source: https://letsencrypt.org/2025/12/02/from-90-to-45
 */
const lifetimes: readonly { readonly from: Instant; readonly days: number }[] = [
  { from: instant(0), days: 90 },
  { from: instant(Date.parse("2027-02-10T00:00:00Z")), days: 64 },
  { from: instant(Date.parse("2028-02-16T00:00:00Z")), days: 45 },
];

export interface RenewalForecast {
  /** Renewals a day once all is evenly spread, by the lifetime of new certificates. */
  readonly steady: readonly SteadyRenewals[];
  /** The days that follow each other with the list's certificates; renewals are rounded. */
  readonly byDay: readonly { readonly day: string; readonly renewals: number }[];
  readonly peak: { readonly day: string; readonly renewals: number } | null;
  /** Over how many days before their time the first renewals are spread, of what CAs issue that suggest no windows. */
  readonly spreadDays: number;
}

export interface SteadyRenewals {
  /** The first day on which certificates are issued for so long. */
  readonly from: string;
  readonly lifetimeDays: number;
  readonly perDay: number;
}

/** As a campaign has it unless it is told otherwise. */
const spreadDays = 15;
/** The same within the window that a CA suggests, a fiftieth of the lifetime, which goes before a campaign's spread. */
const windowDays = 1;

/** From the last change of a lifetime on, so that the last curve is seen. */
const lookAfter: Duration = days(60);

export function renewalForecast(plan: EnrolmentPlan, cas: readonly PlannedCa[]): RenewalForecast {
  const byDay = renewalsByDay(plan, windowShare(plan, cas));
  const peak = byDay.reduce(
    (most, each) => (each.renewals > (most?.renewals ?? 0) ? each : most),
    byDay[0] ?? null,
  );
  return { steady: steadyRenewals(plan), byDay, peak, spreadDays };
}

function steadyRenewals({ certificates, startsAt }: EnrolmentPlan): readonly SteadyRenewals[] {
  return lifetimes.map(({ from, days: lifetimeDays }) => ({
    from: dayOf(Math.max(from, Date.parse(startsAt))),
    lifetimeDays,
    perDay: Math.round(certificates / (lifetimeDays - lifetimeDays / 3)),
  }));
}

/** Of the certificates, 0 to 1, those of CAs that suggest windows: taken as the same on every day. */
function windowShare({ byCa, certificates }: EnrolmentPlan, cas: readonly PlannedCa[]): number {
  const suggesting = cas.filter(({ limitSet }) => limitSets[limitSet].suggestsWindows);
  const theirs = byCa.filter((part) => suggesting.some(({ name }) => name === part.ca));
  return theirs.reduce((sum, part) => sum + part.certificates, 0) / Math.max(1, certificates);
}

function renewalsByDay(plan: EnrolmentPlan, inWindows: number): RenewalForecast["byDay"] {
  const [first] = plan.byDay;
  if (first === undefined) return [];
  const start = Date.parse(first.day);
  const end = after((lifetimes.at(-1) ?? { from: instant(0) }).from, lookAfter);
  const length = Math.max(plan.byDay.length, Math.ceil((end - start) / days(1)));
  const renewals = new Float64Array(length);
  for (let index = 0; index < length; index += 1) {
    const issuedAt = instant(start + index * days(1));
    const issued = plan.byDay[index]?.certificates ?? 0;
    // What was renewed today is renewed again at its time; what the list got today is spread.
    add(renewals, index + lasting(issuedAt), { amount: renewals[index] ?? 0, spread: 0 });
    const due = index + lasting(issuedAt);
    add(renewals, due, { amount: issued * inWindows, spread: windowDays });
    add(renewals, due, { amount: issued * (1 - inWindows), spread: spreadOf(issuedAt) });
  }
  return Array.from(renewals, (each, index) => ({
    day: dayOf(start + index * days(1)),
    renewals: Math.round(each),
  }));
}

const lifetimeAt = (issuedAt: Instant): number =>
  lifetimes.findLast(({ from }) => from <= issuedAt)?.days ?? 90;

/** Whole days from issue to renewal. */
const lasting = (issuedAt: Instant): number =>
  Math.round((renewAt(issuedAt, after(issuedAt, days(lifetimeAt(issuedAt)))) - issuedAt) / days(1));

/** Not before half of the lifetime, as campaign/spread-renewal.ts has it: a sixth of it before its time. */
const spreadOf = (issuedAt: Instant): number => Math.min(spreadDays, Math.floor(lifetimeAt(issuedAt) / 6));

function add(
  renewals: Float64Array,
  at: number,
  { amount, spread }: { readonly amount: number; readonly spread: number },
): void {
  for (let back = 0; back <= spread; back += 1) {
    const index = at - back;
    if (index < renewals.length) renewals[index] = (renewals[index] ?? 0) + amount / (spread + 1);
  }
}

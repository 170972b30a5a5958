/**
 * How a list becomes certificates, step by step: what more urgent work leaves of each CA's limits goes to what nobody has
 * tried yet, then to what is left of split packs, then to retries. Flows, not single orders: over a list of thousands
 * the difference is less than a step.
 */
import {
  after,
  between,
  type Duration,
  days,
  type Instant,
  instant,
  milliseconds,
  minutes,
} from "../time/instant.ts";
import { DayBook } from "./day-book.ts";
import { type EnrolmentPlan, instantTextOf, type SlowDomain } from "./enrolment-plan.ts";
import { OrderBudget } from "./order-budget.ts";
import { type OrderDemand, orderDemand } from "./order-demand.ts";
import type { PlanRequest } from "./plan-request.ts";
import { RetryLine } from "./retry-line.ts";
import { WaitingLine } from "./waiting-line.ts";

const longestPlan = days(3_653);

/** A step is a small part of the time that has passed, so that neither a burst nor a finish falls between two. */
const stepAt = (elapsed: Duration): Duration => milliseconds(Math.max(minutes(1), elapsed / 150));

export function planEnrolment(request: PlanRequest): EnrolmentPlan {
  return new Enrolment(request, orderDemand(request)).run();
}

/** Of a certificate; less is left by rounding only. */
const done = 0.001;

class Enrolment {
  readonly #request: PlanRequest;
  readonly #demand: OrderDemand;
  readonly #budgets: readonly OrderBudget[];
  readonly #line: WaitingLine;
  readonly #retries = new RetryLine();
  readonly #book: DayBook;
  /** Certificates of packs whose dead domains were taken out, which nobody has ordered yet. */
  #rests = 0;
  #restDomains = 0;
  /** Who waited for a registered domain's limit when nobody else waited any more. */
  #aside: readonly SlowDomain[] = [];

  constructor(request: PlanRequest, demand: OrderDemand) {
    this.#request = request;
    this.#demand = demand;
    const { startsAt, failing, background } = request;
    const cas = request.cas.filter(({ weight }) => weight > 0).sort((a, b) => b.weight - a.weight);
    const weights = cas.reduce((sum, { weight }) => sum + weight, 0);
    const beside = background.newPerDay + background.renewalsPerDay * (1 - background.exemptShare);
    this.#budgets = cas.map(
      (ca) =>
        new OrderBudget(ca, {
          now: startsAt,
          namesPerOrder: demand.namesEach,
          ordersBesidePerDay: (beside * ca.weight) / weights,
        }),
    );
    this.#line = new WaitingLine(demand.certificates, demand.groups, 1 - failing.never);
    this.#book = new DayBook(cas.map(({ name }) => name));
  }

  run(): EnrolmentPlan {
    const { startsAt } = this.#request;
    let now = startsAt;
    let finishesAt: Instant | null = this.#isDone() ? now : null;
    while (finishesAt === null && between(startsAt, now) < longestPlan && this.#budgets.length > 0) {
      const until = this.#nextStep(now);
      const used = this.#runStep(now, until);
      if (this.#isDone()) finishesAt = instant(now + (until - now) * used);
      now = until;
    }
    return this.#report(finishesAt, now);
  }

  #isDone(): boolean {
    return this.#line.left < done && this.#rests < done && this.#retries.later < done;
  }

  /** A step ends with the day at the latest, and where a rule or an outage begins or ends. */
  #nextStep(now: Instant): Instant {
    const { startsAt, cas } = this.#request;
    const starts = cas.flatMap(({ overrides }) => overrides.map((override) => override.startsAt));
    const outages = cas.flatMap((ca) => ca.outages.flatMap(({ from, to }) => [from, to]));
    const right = after(startsAt, days(this.#request.failing.laterAfterDays));
    const midnight = (Math.floor(now / days(1)) + 1) * days(1);
    const ends = [...starts, ...outages, right, midnight].filter((end) => end > now);
    return instant(Math.min(now + stepAt(between(startsAt, now)), ...ends));
  }

  /** @returns the share of the step that was needed. */
  #runStep(now: Instant, until: Instant): number {
    const room = this.#budgets.map((budget) => ({ budget, ...budget.open(between(now, until)), used: 0 }));
    const weights = room.reduce((sum, { budget }) => sum + budget.ca.weight, 0);
    const wasAside = this.#line.isAside;
    const wanted = this.#line.left + this.#rests;
    // Each CA first gets its share; what one cannot take the next one may have.
    for (const each of room)
      this.#order(each, Math.min(each.orders, (wanted * each.budget.ca.weight) / weights), { now, until });
    for (const each of room) this.#order(each, each.orders - each.used, { now, until });
    const isLeft = this.#line.left >= done || this.#rests >= done;
    const used =
      isLeft || wasAside
        ? 1
        : Math.max(0, ...room.map(({ used: orders, orders: most }) => (most > 0 ? orders / most : 0)));
    if (this.#line.isAside && this.#aside.length === 0) this.#aside = this.#line.aside().map(slowDomainOf);
    // What never succeeds is tried on after the finish, too: that is no part of the plan.
    const isFinish = this.#isDone();
    const isRetryTime = this.#line.isPassed && this.#rests < done && !isFinish;
    for (const each of room) {
      if (isRetryTime) this.#retry(each, { now, until });
      const beside = each.budget.close(each.used);
      // In the step of the finish what binds did so up to it; a list that one step takes was held back by nothing.
      const isBound = each.orders - each.used < 1e-6 || (isFinish && now > this.#request.startsAt);
      const binding = this.#line.isAside ? asideLimit : isBound ? each.binding : null;
      const noted = instant(now + (until - now) * (isFinish ? used : 1));
      this.#book.note({ ca: each.budget.ca.name, now, until: noted, beside, binding });
    }
    return this.#retries.later >= done ? 1 : used;
  }

  #order(
    each: { readonly budget: OrderBudget; used: number },
    most: number,
    { now, until }: { readonly now: Instant; readonly until: Instant },
  ): void {
    const ca = each.budget.ca.name;
    const first = this.#line.take(each.budget.ca, Math.max(0, most), { now, until });
    const outcome = this.#outcomeOf(first, now);
    this.#retries.add(outcome, until);
    this.#rests += outcome.rests;
    const rests = !this.#line.isPassed ? 0 : Math.min(this.#rests, Math.max(0, most - first));
    const restDomains =
      this.#rests === 0 ? 0 : ((this.#restDomains + outcome.restDomains) * rests) / this.#rests;
    this.#rests -= rests;
    this.#restDomains += outcome.restDomains - restDomains;
    each.used += first + rests;
    this.#book.add({
      ca,
      now,
      kind: "first",
      orders: first,
      certificates: outcome.whole,
      domains: outcome.wholeDomains,
    });
    this.#book.add({ ca, now, kind: "split", orders: rests, certificates: rests, domains: restDomains });
  }

  /** Of `orders` first attempts. A pack with a dead domain fails whole. */
  #outcomeOf(orders: number, now: Instant) {
    const { failing, startsAt } = this.#request;
    const later = now < after(startsAt, days(failing.laterAfterDays)) ? failing.later : 0;
    const dead = failing.never + later;
    const size = this.#demand.domainsEach;
    const whole = orders * (1 - dead) ** size;
    const domains = orders * size;
    return {
      whole,
      wholeDomains: whole * size,
      never: domains * failing.never,
      later: domains * later,
      rests: size > 1 ? orders - whole - orders * dead ** size : 0,
      restDomains: size > 1 ? domains * (1 - dead) - whole * size : 0,
    };
  }

  #retry(
    each: { readonly budget: OrderBudget; readonly orders: number; used: number },
    { now, until }: { readonly now: Instant; readonly until: Instant },
  ): void {
    const { startsAt, failing } = this.#request;
    const areRight = now >= after(startsAt, days(failing.laterAfterDays));
    const { orders, certificates } = this.#retries.take(each.orders - each.used, until, areRight);
    each.used += orders;
    this.#book.add({
      ca: each.budget.ca.name,
      now,
      kind: "retries",
      orders,
      certificates,
      domains: certificates,
    });
  }

  #report(finishesAt: Instant | null, end: Instant): EnrolmentPlan {
    const { startsAt, list, failing } = this.#request;
    const neverRight = Math.round(list.domains * failing.never);
    return {
      startsAt: instantTextOf(startsAt),
      finishesAt: finishesAt === null ? null : instantTextOf(finishesAt),
      days: Math.round((between(startsAt, finishesAt ?? end) / days(1)) * 1_000) / 1_000,
      domains: list.domains,
      neverRight,
      ...this.#book.report(),
      slowDomains: this.#aside,
    };
  }
}

const asideLimit = "new-certificates-per-registered-domain";

const slowDomainOf = ({ name, count, certificates }: SlowDomain): SlowDomain => ({
  name,
  count,
  certificates: Math.ceil(certificates),
});

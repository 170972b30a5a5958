/**
 * How a list becomes certificates, step by step: what more urgent work leaves of each CA's limits goes to what nobody has
 * tried yet, then to what its check held back, then to what is left of split packs, then to retries. Flows, not single orders: over a list of thousands
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
import { type BookEntry, DayBook } from "./day-book.ts";
import { type EnrolmentPlan, instantTextOf, type SlowDomain } from "./enrolment-plan.ts";
import { type FirstOrders, firstOrders, noneDead } from "./first-orders.ts";
import { HeldLine } from "./held-line.ts";
import { OrderBudget } from "./order-budget.ts";
import { type OrderDemand, orderDemand } from "./order-demand.ts";
import type { OrderRoom } from "./order-room.ts";
import { countsSecond, isPair, type PlannedCa, type PlanRequest } from "./plan-request.ts";
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

/** A CA and what the list has of it in a step. */
interface OpenCa {
  readonly ca: PlannedCa;
  readonly budget: OrderBudget;
  readonly room: OrderRoom;
}

interface Step {
  readonly now: Instant;
  readonly until: Instant;
}

class Enrolment {
  readonly #request: PlanRequest;
  readonly #demand: OrderDemand;
  readonly #isPaired: boolean;
  readonly #budgets: readonly OrderBudget[];
  readonly #line: WaitingLine;
  /** null: names are not checked before they are ordered. */
  readonly #held: HeldLine | null;
  readonly #retries: RetryLine;
  readonly #book: DayBook;
  /** Certificates of packs whose dead domains were taken out, which nobody has ordered yet. */
  #rests = 0;
  #restDomains = 0;
  /** Who waited for a registered domain's limit when nobody else waited any more. */
  #aside: readonly SlowDomain[] = [];

  constructor(request: PlanRequest, demand: OrderDemand) {
    this.#request = request;
    this.#demand = demand;
    this.#isPaired = isPair(request.keyType);
    const { startsAt, failing, background, checksFirst } = request;
    const cas = request.cas.filter(({ weight }) => weight > 0).sort((a, b) => b.weight - a.weight);
    const weights = cas.reduce((sum, { weight }) => sum + weight, 0);
    const beside = background.newPerDay + background.renewalsPerDay * (1 - background.exemptShare);
    this.#budgets = cas.map(
      (ca) =>
        new OrderBudget(ca, {
          now: startsAt,
          namesPerOrder: demand.namesEach,
          isPaired: this.#isPaired,
          ordersBesidePerDay: (beside * ca.weight) / weights,
        }),
    );
    this.#held = checksFirst ? new HeldLine({ failing, size: demand.domainsEach, startsAt }) : null;
    this.#retries = new RetryLine({ areChecked: checksFirst });
    const succeeding = 1 - (this.#held?.share ?? failing.never);
    const spentBy = (ca: PlannedCa) => succeeding * (this.#isPaired && countsSecond(ca) ? 2 : 1);
    this.#line = new WaitingLine(demand.certificates, demand.groups, spentBy);
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
    return !this.#isLeft() && this.#retries.later < done;
  }

  /** Whether something has not been ordered yet that may become a certificate. */
  #isLeft(): boolean {
    return this.#line.left >= done || this.#rests >= done || (this.#held?.hope ?? 0) >= done;
  }

  /** A step ends with the day at the latest, and where a rule or an outage begins or ends. */
  #nextStep(now: Instant): Instant {
    const { startsAt, cas } = this.#request;
    const starts = cas.flatMap(({ overrides }) => overrides.map((override) => override.startsAt));
    const outages = cas.flatMap((ca) => ca.outages.flatMap(({ from, to }) => [from, to]));
    const right = after(startsAt, days(this.#request.failing.laterAfterDays));
    const midnight = (Math.floor(now / days(1)) + 1) * days(1);
    const held = this.#held === null ? [] : [this.#held.opensAt];
    const ends = [...starts, ...outages, ...held, right, midnight].filter((end) => end > now);
    return instant(Math.min(now + stepAt(between(startsAt, now)), ...ends));
  }

  /** @returns the share of the step that was needed. */
  #runStep(now: Instant, until: Instant): number {
    const open = this.#budgets.map(
      (budget): OpenCa => ({ ca: budget.ca, budget, room: budget.open(between(now, until)) }),
    );
    const weights = open.reduce((sum, { ca }) => sum + ca.weight, 0);
    const wasAside = this.#line.isAside;
    const wanted = this.#line.left + this.#heldAt(now) + this.#rests;
    // Each CA first gets its share; what one cannot take the next one may have.
    for (const each of open) this.#order(each, (wanted * each.ca.weight) / weights, { now, until });
    for (const each of open) this.#order(each, Number.POSITIVE_INFINITY, { now, until });
    const used = this.#isLeft() || wasAside ? 1 : Math.max(0, ...open.map(({ room }) => room.share));
    if (this.#line.isAside && this.#aside.length === 0) this.#aside = this.#line.aside().map(slowDomainOf);
    // What never succeeds is tried on after the finish, too: that is no part of the plan.
    const isFinish = this.#isDone();
    const isRetryTime = this.#line.isPassed && this.#heldAt(now) < done && this.#rests < done && !isFinish;
    for (const each of open) {
      const { ca, budget, room } = each;
      if (isRetryTime) this.#retry(each, { now, until });
      const beside = budget.close(room.counted);
      // In the step of the finish what binds did so up to it; a list that one step takes was held back by nothing.
      const isBound = room.isSpent || (isFinish && now > this.#request.startsAt);
      const binding = this.#line.isAside ? asideLimit : isBound ? room.binding : null;
      const noted = instant(now + (until - now) * (isFinish ? used : 1));
      this.#book.note({ ca: ca.name, now, until: noted, beside, binding });
    }
    return this.#retries.later >= done ? 1 : used;
  }

  /** @param wanted the most. */
  #order(open: OpenCa, wanted: number, step: Step): void {
    const passed = this.#orderNew(open, wanted, step);
    const held = this.#orderHeld(open, wanted - passed, step);
    this.#orderRests(open, wanted - passed - held, step.now);
  }

  /** @returns how many had their turn, those that their check holds back among them. */
  #orderNew(open: OpenCa, wanted: number, step: Step): number {
    const { now, until } = step;
    const tried = 1 - (this.#held?.share ?? 0);
    const room = open.room.most(this.#outcomeOf(1, now).whole);
    const passed = this.#line.take(open.ca, tried > 0 ? Math.min(wanted, room / tried) : wanted, step);
    this.#held?.hold(passed * (1 - tried));
    this.#enterFirst(open, { now, until, orders: passed * tried }, this.#outcomeOf(passed * tried, now));
    return passed;
  }

  #orderHeld(open: OpenCa, wanted: number, { now, until }: Step): number {
    const waiting = this.#heldAt(now);
    if (this.#held === null || waiting === 0 || !this.#line.isPassed) return 0;
    const orders = Math.min(waiting, wanted, open.room.most(this.#held.outcome(1, now).whole));
    this.#enterFirst(open, { now, until, orders }, this.#held.take(orders, now));
    return orders;
  }

  #orderRests(open: OpenCa, wanted: number, now: Instant): void {
    const rests = this.#line.isPassed ? Math.min(this.#rests, wanted, open.room.most(1)) : 0;
    const domains = this.#rests === 0 ? 0 : (this.#restDomains * rests) / this.#rests;
    this.#rests -= rests;
    this.#restDomains -= domains;
    this.#enter(open, now, { kind: "split", orders: rests, certificates: rests, domains });
  }

  /** What is held back and may be ordered. What no certificate comes of is tried after the finish. */
  #heldAt(now: Instant): number {
    const held = this.#held;
    return held === null || held.hope < done || now < held.opensAt ? 0 : held.waiting;
  }

  #enterFirst(
    open: OpenCa,
    { now, until, orders }: Step & { readonly orders: number },
    outcome: FirstOrders,
  ): void {
    this.#retries.add(outcome, until);
    this.#rests += outcome.rests;
    this.#restDomains += outcome.restDomains;
    const { whole: certificates, wholeDomains: domains } = outcome;
    this.#enter(open, now, { kind: "first", orders, certificates, domains });
  }

  /** Of a pair, each first certificate brings the order for the second with it, at the same CA. */
  #enter({ ca, room }: OpenCa, now: Instant, orders: Omit<BookEntry, "ca" | "now">): void {
    room.take(orders.orders, orders.certificates);
    this.#book.add({ ca: ca.name, now, ...orders });
    const second = this.#isPaired ? orders.certificates : 0;
    this.#book.add({ ca: ca.name, now, kind: "second", orders: second, certificates: second, domains: 0 });
  }

  /** Of `orders` of those that nobody has tried and no check holds back. */
  #outcomeOf(orders: number, now: Instant): FirstOrders {
    const { failing, startsAt } = this.#request;
    const later = now < after(startsAt, days(failing.laterAfterDays)) ? failing.later : 0;
    const dead = this.#held === null ? { never: failing.never, later } : noneDead;
    return firstOrders(orders, this.#demand.domainsEach, dead);
  }

  #retry(open: OpenCa, { now, until }: Step): void {
    const { startsAt, failing } = this.#request;
    const areRight = now >= after(startsAt, days(failing.laterAfterDays));
    const { orders, certificates } = this.#retries.take(open.room.most(areRight ? 1 : 0), until, areRight);
    this.#enter(open, now, { kind: "retries", orders, certificates, domains: certificates });
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

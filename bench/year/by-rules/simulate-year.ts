/**
 * A year of a fleet by our rules in memory, against the sim CA's own counting: checks, orders, renewal information, further
 * tries, moves and returns, as the server decides them. What is between these rules in production, a database, name
 * servers and HTTP, is not here, and takes no time. ../run-year.ts runs the same stories on all of it, for fewer domains.
 */
import { setImmediate as turn } from "node:timers/promises";
import { after, days, type Instant, instant } from "@certmill/domain";
import { InProcessCa, ruleSet } from "@certmill/sim";
import { BucketBook } from "../../../packages/domain/src/budget/bucket-book.ts";
import { Line } from "../../../packages/domain/src/simulation/line.ts";
import { Planner } from "../../../packages/domain/src/simulation/planner.ts";
import { PoolCa } from "../../../packages/domain/src/simulation/pool-ca.ts";
import type { Life } from "../life.ts";
import { outcomeOf, type YearOutcome } from "../outcome.ts";
import { type Story, tellStories, wrongAt, type Year } from "../story.ts";
import { outagesUntil, yearStart } from "../year-frame.ts";
import { Attempts } from "./attempts.ts";
import { Checks } from "./checks.ts";
import { Duties } from "./duties.ts";
import { FleetDomain } from "./fleet-domain.ts";
import { Renewals } from "./renewals.ts";

export interface SimulatedYear {
  readonly outcome: YearOutcome;
  readonly stories: readonly Story[];
  readonly lives: readonly Life[];
  readonly orders: number;
  readonly checks: number;
  /** Requests of renewal information. */
  readonly polls: number;
}

const caId = "letsencrypt";
/** How long a CA takes to look a name up. */
const lookup = { leastSeconds: 0, mostSeconds: 2 };

/** @param tell told how far it is every ten days. */
export async function simulateYear(
  { seed, length, domains }: Pick<Year, "seed" | "length" | "domains">,
  tell: (day: number, issued: number) => void,
): Promise<SimulatedYear> {
  const stories = tellStories({ seed, start: yearStart, length, domains });
  const end = after(yearStart, length);
  const fleet = new Fleet(stories, { seed, end });
  for (let at = yearStart; at < end; ) {
    at = instant(Math.min(after(at, days(10)), end));
    fleet.advanceTo(at);
    tell((at - yearStart) / days(1), fleet.issued);
    // Where a signal is heard.
    await turn();
  }
  return { stories, ...fleet.outcome(end) };
}

/** Something that happens from outside, at its time. */
interface Happening {
  readonly at: Instant;
  readonly act: () => void;
}

class Fleet {
  readonly #domains: FleetDomain[] = [];
  readonly #ca: InProcessCa;
  readonly #duties = new Duties();
  readonly #line = new Line();
  readonly #planner: Planner;
  readonly #checks: Checks;
  readonly #renewals: Renewals;
  readonly #attempts: Attempts;
  readonly #happenings: readonly Happening[];
  #happened = 0;
  #now = yearStart;

  constructor(stories: readonly Story[], { seed, end }: { readonly seed: number; readonly end: Instant }) {
    const byName = new Map(stories.flatMap((story) => story.names.map((name) => [String(name), story])));
    this.#ca = new InProcessCa({
      accountId: caId,
      limits: ruleSet("letsencrypt"),
      model: (name, at) => {
        const story = byName.get(name);
        const how = story === undefined ? "dns" : wrongAt(story, at);
        return how === null ? { kind: "right" } : { kind: "wrong", how };
      },
      lookup,
      seed,
    });
    const pool = new PoolCa({
      id: caId,
      accountId: caId,
      weight: 100,
      limitSet: "letsencrypt",
      overrides: [],
      mostOrdersInFlight: 1_000,
      ca: this.#ca,
    });
    const [line, duties] = [this.#line, this.#duties];
    this.#planner = new Planner({
      line,
      cas: [pool],
      book: new BucketBook(),
      pace: { window: null, perHour: null },
    });
    this.#checks = new Checks(duties);
    this.#renewals = new Renewals({ duties, ca: this.#ca });
    this.#attempts = new Attempts({ duties, pool, planner: this.#planner });
    this.#happenings = [...this.#outages(end), ...this.#visits(stories, end)].sort((a, b) => a.at - b.at);
  }

  get issued(): number {
    return this.#attempts.issued;
  }

  outcome(end: Instant) {
    const { exemptOrders, paused } = this.#ca;
    const { refusals } = this.#ca.counts(end);
    const lives = this.#domains.map(({ life }) => life);
    return {
      lives,
      outcome: outcomeOf({ lives, ca: { exemptOrders, paused: paused.length, refusals }, end }),
      orders: this.#attempts.made,
      checks: this.#checks.made,
      polls: this.#renewals.asked,
    };
  }

  advanceTo(end: Instant): void {
    for (let next = this.#nextAt(); next !== null && next <= end; next = this.#nextAt()) {
      this.#now = instant(Math.max(next, this.#now));
      this.#act();
    }
    this.#now = end;
  }

  #nextAt(): number | null {
    const dues = [
      this.#happenings[this.#happened]?.at ?? null,
      this.#duties.next,
      this.#attempts.next,
      this.#planner.dueAt,
    ].filter((at) => at !== null);
    return dues.length === 0 ? null : Math.min(...dues);
  }

  #act(): void {
    const now = this.#now;
    for (
      let due = this.#happenings[this.#happened];
      due !== undefined && due.at <= now;
      due = this.#happenings[this.#happened]
    ) {
      due.act();
      this.#happened += 1;
    }
    for (let due = this.#duties.take(now); due !== null; due = this.#duties.take(now)) {
      if (due.duty === "check") this.#checks.check(due.domain, now);
      else if (due.duty === "poll") this.#renewals.ask(due.domain, now);
      else this.#joinLine(due.domain);
    }
    this.#attempts.goOn(now);
    const planAt = this.#planner.dueAt;
    if (planAt !== null && planAt <= now) this.#attempts.begin(this.#planner.round(now), now);
  }

  /** A first order waits for a check that lets it go on. */
  #joinLine(domain: FleetDomain): void {
    if (domain.certificate === null && !domain.isCleared) {
      domain.holdsOrder = true;
      this.#duties.set(domain, "check", this.#now);
      return;
    }
    if (domain.isCleared) {
      domain.isCleared = false;
      domain.holdsOrder = false;
      this.#duties.set(domain, "check", null);
    }
    domain.isBusy = true;
    this.#attempts.expect(domain);
    this.#line.wakeAt(domain.lineage, this.#now);
  }

  *#outages(end: Instant): Generator<Happening, void, undefined> {
    for (const { from, to } of outagesUntil(end)) {
      yield { at: from, act: () => this.#ca.setOutage(true) };
      yield { at: to, act: () => this.#ca.setOutage(false) };
    }
  }

  /** What the customers do. */
  *#visits(stories: readonly Story[], end: Instant): Generator<Happening, void, undefined> {
    // Numbered as the database would: a lineage's number decides where in its window it is renewed.
    const inOrder = stories.toSorted((a, b) => a.addedAt - b.addedAt);
    for (const [index, story] of inOrder.entries()) {
      const domain = new FleetDomain(story, String(index + 1));
      const { addedAt, asksAt } = story;
      const add = (): void => {
        this.#domains.push(domain);
        this.#duties.set(domain, "order", this.#now);
      };
      if (addedAt < end) yield { at: addedAt, act: add };
      if (asksAt !== null && asksAt < end)
        yield { at: asksAt, act: () => this.#checks.check(domain, this.#now, "asked") };
    }
  }
}

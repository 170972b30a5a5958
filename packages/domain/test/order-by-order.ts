/**
 * A list enrolled order by order with the ledger's own rules, to hold plans against: one CA, every answer at once, domains
 * mixed evenly. It shares the buckets and the classes with the planner, and none of its arithmetic.
 */
import { release, settle } from "../src/budget/bucket.ts";
import type { Limit } from "../src/budget/limit.ts";
import { limitSets } from "../src/budget/limit-sets.ts";
import { givesUpAt, usualGiveUp } from "../src/life/give-up.ts";
import { type ClassTurns, reserveShared } from "../src/schedule/class-share.ts";
import { retryAt } from "../src/schedule/retry.ts";
import type { WorkClass } from "../src/schedule/work-class.ts";
import { days, type Instant, instant } from "../src/time/instant.ts";

export interface SimulatedList {
  /** Of each registered domain: how many domains. */
  readonly sizes: readonly number[];
  /** Every so many-th domain never succeeds; 0: all do. */
  readonly everyFails: number;
  readonly newPerDay: number;
  readonly orders: Limit;
  readonly laterOrders: { readonly limit: Limit; readonly at: Instant } | null;
  readonly startsAt: Instant;
}

interface Entry {
  bucket: { readonly fullAt: number; readonly reserved: number };
  turns: ClassTurns;
}

const perDomain: Limit = limitSets.letsencrypt.limits["new-certificates-per-registered-domain"];
const untouched = (): Entry => ({ bucket: { fullAt: 0, reserved: 0 }, turns: {} });

interface Item {
  readonly domain: number;
  readonly fails: boolean;
  failures: number;
  /** null: no try has failed. */
  failingSince: Instant | null;
}

/** @returns when the last domain that can has its certificate. */
export function enrolOrderByOrder(list: SimulatedList): Instant {
  const simulation = new Simulation(list);
  while (simulation.isOpen()) simulation.round();
  return simulation.now;
}

interface Parked {
  readonly items: Item[];
  at: number;
}

class Simulation {
  now: Instant;
  readonly #list: SimulatedList;
  readonly #line: Item[];
  readonly #account = untouched();
  readonly #domains: readonly Entry[];
  readonly #parked = new Map<number, Parked>();
  #retries: { readonly item: Item; readonly at: number }[] = [];
  #head = 0;
  #open: number;
  #nextNew: number;
  /** When the next round may find something to do. */
  #wakes: number[] = [];

  constructor(list: SimulatedList) {
    this.#list = list;
    this.#line = mixed(list);
    this.#domains = list.sizes.map(untouched);
    this.#open = this.#line.filter(({ fails }) => !fails).length;
    this.now = list.startsAt;
    this.#nextNew = list.startsAt + this.#betweenNew();
  }

  isOpen(): boolean {
    return this.#open > 0;
  }

  round(): void {
    this.#wakes = [this.now + days(1)];
    this.#orderNew();
    this.#joinRetries();
    const held = this.#orderParked() ?? this.#orderLine();
    if (!this.isOpen()) return;
    const { laterOrders } = this.#list;
    if (held !== null) this.#wakes.push(held);
    if (laterOrders !== null) this.#wakes.push(laterOrders.at);
    this.now = instant(Math.ceil(Math.min(...this.#wakes.filter((at) => at > this.now))));
  }

  #betweenNew(): number {
    const { newPerDay } = this.#list;
    return newPerDay === 0 ? Number.POSITIVE_INFINITY : days(1) / newPerDay;
  }

  #orderNew(): void {
    while (this.#nextNew <= this.now && this.#order("interactive") === null)
      this.#nextNew += this.#betweenNew();
    this.#wakes.push(this.#nextNew);
  }

  #joinRetries(): void {
    const due = this.#retries.filter(({ at }) => at <= this.now).sort((a, b) => a.at - b.at);
    if (due.length > 0) this.#retries = this.#retries.filter(({ at }) => at > this.now);
    this.#line.push(...due.map(({ item }) => item));
    this.#wakes.push(...this.#retries.map(({ at }) => at));
  }

  /** @returns when the account has an order again; null: nobody waits for that. */
  #orderParked(): number | null {
    for (const [domain, waiting] of this.#parked) {
      for (
        let item = waiting.items[0];
        item !== undefined && waiting.at <= this.now;
        item = waiting.items[0]
      ) {
        const until = this.#ownWait(item);
        if (until !== null) {
          waiting.at = until;
          break;
        }
        const held = this.#order("campaign");
        if (held !== null) return held;
        this.#begin(item);
        waiting.items.shift();
      }
      if (waiting.items.length === 0) this.#parked.delete(domain);
      else this.#wakes.push(waiting.at);
    }
    return null;
  }

  #orderLine(): number | null {
    for (let item = this.#line[this.#head]; item !== undefined; item = this.#line[this.#head]) {
      const until = this.#ownWait(item);
      const held = until === null ? this.#order("campaign") : null;
      if (held !== null) return held;
      if (until === null) this.#begin(item);
      else this.#park(item, until);
      this.#head += 1;
    }
    return null;
  }

  #park(item: Item, until: number): void {
    const waiting = this.#parked.get(item.domain) ?? { items: [], at: until };
    waiting.items.push(item);
    this.#parked.set(item.domain, waiting);
    this.#wakes.push(until);
  }

  #order(workClass: WorkClass): number | null {
    const { orders, laterOrders } = this.#list;
    const limit = laterOrders !== null && this.now >= laterOrders.at ? laterOrders.limit : orders;
    const reserved = reserveShared(limit, this.#account, workClass, this.now);
    if (reserved.kind === "refused") return reserved.retryAt;
    this.#account.bucket = settle(limit, reserved.bucket, this.now);
    this.#account.turns = reserved.turns;
    return null;
  }

  #ownWait({ domain }: Item): number | null {
    const reserved = reserveShared(perDomain, this.#entry(domain), "campaign", this.now);
    return reserved.kind === "refused" ? reserved.retryAt : null;
  }

  /** It has been looked at: its registered domain has a token. */
  #begin(item: Item): void {
    const entry = this.#entry(item.domain);
    const reserved = reserveShared(perDomain, entry, "campaign", this.now);
    if (reserved.kind === "refused") throw new Error("Its registered domain has no token.");
    entry.turns = reserved.turns;
    entry.bucket = item.fails ? release(reserved.bucket) : settle(perDomain, reserved.bucket, this.now);
    if (!item.fails) {
      this.#open -= 1;
      return;
    }
    item.failures += 1;
    item.failingSince ??= this.now;
    const at = retryAt(
      { code: "dns", detail: "", retryAt: null },
      {
        attempt: item.failures,
        givesUpAt: givesUpAt({ since: item.failingSince, notAfter: null }, usualGiveUp, this.now),
      },
      this.now,
    );
    if (at !== null) this.#retries.push({ item, at });
  }

  #entry(domain: number): Entry {
    const entry = this.#domains[domain];
    if (entry === undefined) throw new Error(`There is no registered domain ${domain}.`);
    return entry;
  }
}

function mixed({ sizes, everyFails }: SimulatedList): Item[] {
  let count = 0;
  const items = sizes.flatMap((size, domain) =>
    Array.from({ length: size }, (_, n) => {
      count += 1;
      return {
        at: (n + 0.5) / size,
        domain,
        fails: everyFails > 0 && count % everyFails === 0,
        failures: 0,
        failingSince: null,
      };
    }),
  );
  return items.sort((a, b) => a.at - b.at || a.domain - b.domain);
}

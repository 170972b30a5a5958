/**
 * A list enrolled order by order with the ledger's own rules, to hold plans against: one CA, every answer at once, domains
 * mixed evenly. It shares the buckets and the classes with the planner, and none of its arithmetic.
 */
import { release, settle } from "../src/budget/bucket.ts";
import type { Limit } from "../src/budget/limit.ts";
import { limitSets } from "../src/budget/limit-sets.ts";
import { type ClassTurns, reserveShared } from "../src/schedule/class-share.ts";
import { retryAt } from "../src/schedule/retry.ts";
import type { WorkClass } from "../src/schedule/work-class.ts";
import { days, type Instant, instant, minutes } from "../src/time/instant.ts";

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
}

/** @returns when the last domain that can has its certificate. */
export function enrolOrderByOrder(list: SimulatedList): Instant {
  const line = mixed(list);
  let open = line.filter(({ fails }) => !fails).length;
  const account = untouched();
  const domains = list.sizes.map(untouched);
  const parked = new Map<number, { readonly items: Item[]; at: number }>();
  const retries: { readonly item: Item; readonly at: number }[] = [];
  const between = list.newPerDay === 0 ? Number.POSITIVE_INFINITY : days(1) / list.newPerDay;
  let nextNew = list.startsAt + between;
  let now = list.startsAt;
  const ordersLimit = (): Limit =>
    list.laterOrders !== null && now >= list.laterOrders.at ? list.laterOrders.limit : list.orders;

  const order = (workClass: WorkClass): number | null => {
    const limit = ordersLimit();
    const reserved = reserveShared(limit, account, workClass, now);
    if (reserved.kind === "refused") return reserved.retryAt;
    account.bucket = settle(limit, reserved.bucket, now);
    account.turns = reserved.turns;
    return null;
  };
  const own = (item: Item): number | null => {
    const reserved = reserveShared(perDomain, domains[item.domain] as Entry, "campaign", now);
    return reserved.kind === "refused" ? reserved.retryAt : null;
  };
  const begin = (item: Item): void => {
    const entry = domains[item.domain] as Entry;
    const reserved = reserveShared(perDomain, entry, "campaign", now);
    if (reserved.kind === "refused") throw new Error("It was looked at before.");
    entry.bucket = item.fails ? release(reserved.bucket) : settle(perDomain, reserved.bucket, now);
    entry.turns = reserved.turns;
    if (!item.fails) {
      open -= 1;
      return;
    }
    item.failures += 1;
    const at = retryAt({ code: "dns", detail: "", retryAt: null }, item.failures, now);
    if (at !== null) retries.push({ item, at });
  };

  let head = 0;
  while (open > 0) {
    const wakes: number[] = [];
    while (nextNew <= now && order("interactive") === null) nextNew += between;
    if (nextNew > now) wakes.push(nextNew);
    retries.sort((a, b) => a.at - b.at);
    while (retries[0] !== undefined && retries[0].at <= now)
      line.push((retries.shift() as { item: Item }).item);
    if (retries[0] !== undefined) wakes.push(retries[0].at);
    let held: number | null = null;
    for (const [domain, waiting] of parked) {
      while (held === null && waiting.items.length > 0 && waiting.at <= now) {
        const item = waiting.items[0] as Item;
        const until = own(item);
        if (until !== null) {
          waiting.at = until;
          break;
        }
        held = order("campaign");
        if (held === null) begin(waiting.items.shift() as Item);
      }
      if (waiting.items.length === 0) parked.delete(domain);
      else if (waiting.at > now) wakes.push(waiting.at);
    }
    while (held === null && head < line.length) {
      const item = line[head] as Item;
      const until = own(item);
      if (until !== null) {
        const waiting = parked.get(item.domain) ?? { items: [], at: until };
        waiting.items.push(item);
        parked.set(item.domain, waiting);
        wakes.push(until);
        head += 1;
        continue;
      }
      held = order("campaign");
      if (held !== null) break;
      begin(item);
      head += 1;
    }
    if (held !== null) wakes.push(held);
    if (open === 0) break;
    if (list.laterOrders !== null && list.laterOrders.at > now) wakes.push(list.laterOrders.at);
    if (retries.length > 0 && head === line.length) wakes.push(now + minutes(1));
    now = instant(Math.ceil(Math.min(...wakes.filter((at) => at > now), now + days(1))));
  }
  return now;
}

function mixed({ sizes, everyFails }: SimulatedList): Item[] {
  let count = 0;
  const items = sizes.flatMap((size, domain) =>
    Array.from({ length: size }, (_, n) => {
      count += 1;
      return { at: (n + 0.5) / size, domain, fails: everyFails > 0 && count % everyFails === 0, failures: 0 };
    }),
  );
  return items.sort((a, b) => a.at - b.at || a.domain - b.domain);
}

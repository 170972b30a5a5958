import { days, type Instant } from "../time/instant.ts";
import {
  type BindingPhase,
  type CaBinding,
  type CaPart,
  dayOf,
  type EnrolmentPlan,
  type PlannedDay,
  type PlannedOrders,
} from "./enrolment-plan.ts";
import type { Binding } from "./order-budget.ts";

export interface BookEntry {
  readonly ca: string;
  readonly now: Instant;
  readonly kind: keyof Omit<PlannedOrders, "total">;
  readonly orders: number;
  readonly certificates: number;
  /** Covered by these certificates. */
  readonly domains: number;
}

interface Note {
  readonly ca: string;
  readonly now: Instant;
  readonly until: Instant;
  /** Orders of others. */
  readonly beside: number;
  readonly binding: Binding | null;
}

interface Day {
  readonly at: number;
  orders: number;
  certificates: number;
  domains: number;
  beside: number;
  /** How long each CA was held back by what. */
  readonly held: Map<string, Map<Binding | null, number>>;
}

/** What a plan's steps add up to, by day, CA and kind. No step is of two days. */
export class DayBook {
  readonly #days: Day[] = [];
  readonly #orders = { first: 0, split: 0, retries: 0, second: 0 };
  readonly #cas: ReadonlyMap<string, { orders: number; certificates: number }>;

  constructor(cas: readonly string[]) {
    this.#cas = new Map(cas.map((ca) => [ca, { orders: 0, certificates: 0 }]));
  }

  add({ ca, now, kind, orders, certificates, domains }: BookEntry): void {
    const day = this.#day(now);
    day.orders += orders;
    day.certificates += certificates;
    day.domains += domains;
    this.#orders[kind] += orders;
    const part = this.#cas.get(ca);
    if (part === undefined) return;
    part.orders += orders;
    part.certificates += certificates;
  }

  note({ ca, now, until, beside, binding }: Note): void {
    const day = this.#day(now);
    day.beside += beside;
    const held = day.held.get(ca) ?? new Map<Binding | null, number>();
    held.set(binding, (held.get(binding) ?? 0) + until - now);
    day.held.set(ca, held);
  }

  report(): Pick<EnrolmentPlan, "certificates" | "orders" | "byDay" | "byCa" | "phases"> {
    const { first, split, retries, second } = this.#orders;
    const certificates = Math.round(this.#days.reduce((sum, day) => sum + day.certificates, 0));
    const byDay = this.#byDay();
    return {
      certificates,
      orders: {
        total: Math.round(first + split + retries + second),
        first: Math.round(first),
        split: Math.round(split),
        retries: Math.round(retries),
        second: Math.round(second),
      },
      byDay,
      byCa: this.#byCa(certificates),
      phases: phasesOf(byDay),
    };
  }

  #day(now: Instant): Day {
    const at = Math.floor(now / days(1)) * days(1);
    const last = this.#days.at(-1);
    if (last?.at === at) return last;
    const day = { at, orders: 0, certificates: 0, domains: 0, beside: 0, held: new Map() };
    this.#days.push(day);
    return day;
  }

  #byDay(): readonly PlannedDay[] {
    let covered = 0;
    return this.#days.map((day) => {
      covered += day.domains;
      return {
        day: dayOf(day.at),
        orders: Math.round(day.orders),
        certificates: Math.round(day.certificates),
        covered: Math.round(covered),
        ordersBeside: Math.round(day.beside),
        bindings: bindingsOf(day),
      };
    });
  }

  #byCa(all: number): readonly CaPart[] {
    return [...this.#cas].map(([ca, { orders, certificates }]) => ({
      ca,
      orders: Math.round(orders),
      certificates: Math.round(certificates),
      share: all === 0 ? 0 : Math.round((certificates / all) * 1_000) / 1_000,
    }));
  }
}

/** What held each CA back for longest; nothing for one that was held back for less time than it was not. */
function bindingsOf(day: Day): readonly CaBinding[] {
  return [...day.held].flatMap(([ca, held]) => {
    const [longest] = [...held].sort(([, a], [, b]) => b - a);
    const limit = longest?.[0] ?? null;
    return limit === null ? [] : [{ ca, limit }];
  });
}

function phasesOf(byDay: readonly PlannedDay[]): readonly BindingPhase[] {
  const phases: { ca: string; limit: Binding; from: string; to: string }[] = [];
  const open = new Map<string, (typeof phases)[number]>();
  let before: string | null = null;
  for (const { day, bindings } of byDay) {
    for (const { ca, limit } of bindings) {
      const last = open.get(ca);
      if (last !== undefined && last.limit === limit && last.to === before) last.to = day;
      else {
        const phase = { ca, limit, from: day, to: day };
        phases.push(phase);
        open.set(ca, phase);
      }
    }
    before = day;
  }
  return phases;
}

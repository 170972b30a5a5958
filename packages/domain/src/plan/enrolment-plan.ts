/**
 * What a plan says, as it is printed and sent: instants are RFC 3339 texts in UTC, days are `2027-02-20`, counts are
 * whole, shares are 0 to 1.
 */
import type { Binding } from "./order-budget.ts";

export interface EnrolmentPlan {
  readonly startsAt: string;
  /** When the last domain that can have a certificate has it; null: not within ten years. */
  readonly finishesAt: string | null;
  /** From the start to the finish; of the ten years where there is none. */
  readonly days: number;
  readonly domains: number;
  /** Domains that never get one, as long as nobody puts them right. */
  readonly neverRight: number;
  /** Both of a pair. */
  readonly certificates: number;
  readonly orders: PlannedOrders;
  readonly byDay: readonly PlannedDay[];
  /** What holds the list back, for how long: in order of time. */
  readonly phases: readonly BindingPhase[];
  readonly byCa: readonly CaPart[];
  /** Registered domains whose own limit is what lasts longest; none where no such limit decides the finish. */
  readonly slowDomains: readonly SlowDomain[];
}

export interface PlannedOrders {
  readonly total: number;
  /** First attempts. */
  readonly first: number;
  /** What is left of packs whose dead domains were taken out. */
  readonly split: number;
  /** Attempts again, up to the finish. */
  readonly retries: number;
  /** For the second certificates of pairs. */
  readonly second: number;
}

export interface PlannedDay {
  readonly day: string;
  readonly orders: number;
  readonly certificates: number;
  /** Of the list, so far. */
  readonly covered: number;
  /** Orders of others, which go first. */
  readonly ordersBeside: number;
  /** What held the list back at each CA for most of the day. */
  readonly bindings: readonly CaBinding[];
}

export interface CaBinding {
  readonly ca: string;
  readonly limit: Binding;
}

export interface BindingPhase extends CaBinding {
  readonly from: string;
  /** The last day of it. */
  readonly to: string;
}

export interface CaPart {
  readonly ca: string;
  readonly orders: number;
  readonly certificates: number;
  /** Of the list's certificates. */
  readonly share: number;
}

export interface SlowDomain {
  /** null: `count` registered domains of which not each is known by name. */
  readonly name: string | null;
  readonly count: number;
  /** Of each, that wait when all others are done. */
  readonly certificates: number;
}

export const dayOf = (at: number): string => new Date(at).toISOString().slice(0, 10);

/** To the second. */
export const instantTextOf = (at: number): string =>
  new Date(Math.round(at / 1_000) * 1_000).toISOString().replace(".000", "");

/** When a campaign will have tried all of its list, by what is known of its pace. */
import type { Limit } from "../budget/limit.ts";
import { after, type Duration, days, hours, type Instant, milliseconds } from "../time/instant.ts";
import { type DailyWindow, openFor } from "./daily-window.ts";

/** What an account of a CA may order. */
export interface AccountAllowance {
  readonly ca: string;
  /** New orders; null: no limit is known. */
  readonly limit: Limit | null;
}

export interface CampaignPace {
  /** Certificates that have not been tried yet. */
  readonly remaining: number;
  readonly window: DailyWindow | null;
  /** Orders begun in an hour at most; null: as the CAs allow. */
  readonly perHour: number | null;
  /** Of the CAs that its orders may go to. */
  readonly accounts: readonly AccountAllowance[];
  /** Its newest attempts that ended, and the time in which they did; null: none has. */
  readonly observed: { readonly attempts: number; readonly over: Duration } | null;
}

/** What the pace comes from. */
export type Basis =
  /** Its own ceiling. */
  | "ceiling"
  /** The account limits of all CAs together. */
  | "accounts"
  /** What was seen: it is less than all limits allow, or no limit is known. */
  | "observed";

export interface Forecast {
  readonly perDay: number;
  readonly basis: Basis;
  /** When the last is tried; null: not in a thousand years. */
  readonly finishAt: Instant | null;
}

/** A day tells of what others take of the accounts; less than one would mistake a window or a burst for the pace. */
const longEnough = days(1);

/** @returns null when there is nothing to tell it from. */
export function forecast(pace: CampaignPace, now: Instant): Forecast | null {
  const found = paceOf(pace);
  if (found === null) return null;
  const wait = (pace.remaining / found.perDay) * days(1);
  return { ...found, finishAt: wait > days(longestYears * 365) ? null : after(now, milliseconds(wait)) };
}

const longestYears = 1_000;

function paceOf({ perHour, window, accounts, observed }: CampaignPace): Omit<Forecast, "finishAt"> | null {
  const open = window === null ? days(1) : openFor(window);
  const ceiling = perHour === null ? Number.POSITIVE_INFINITY : (perHour * open) / hours(1);
  const allowed = accounts.reduce((sum, { limit }) => sum + dailyOrders(limit, open), 0);
  const capacity = Math.min(ceiling, allowed);
  const seen = observed === null || observed.over === 0 ? 0 : (observed.attempts * days(1)) / observed.over;
  const isTelling = !Number.isFinite(capacity) || (observed?.over ?? 0) >= longEnough;
  if (seen > 0 && seen < capacity && isTelling) return { perDay: seen, basis: "observed" };
  if (!Number.isFinite(capacity) || capacity === 0) return null;
  return { perDay: capacity, basis: ceiling <= allowed ? "ceiling" : "accounts" };
}

/** In a day with so much open time: what refills meanwhile, and what has gathered while the window was closed. */
function dailyOrders(limit: Limit | null, open: Duration): number {
  if (limit === null) return Number.POSITIVE_INFINITY;
  const perMillisecond = limit.count / limit.period;
  return perMillisecond * open + Math.min(limit.burst, perMillisecond * (days(1) - open));
}

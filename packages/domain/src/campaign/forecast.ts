/** When a campaign will have tried all of its list, by what is known of its pace. */
import type { Limit } from "../budget/limit.ts";
import { after, type Duration, days, hours, type Instant } from "../time/instant.ts";
import { type DailyWindow, openFor } from "./daily-window.ts";

/** What an account of a CA may order. */
export interface AccountAllowance {
  readonly ca: string;
  /** New orders at an instant, as overrides begin; null: no limit is known. */
  readonly limitAt: (at: Instant) => Limit | null;
  /** New orders that the ledger has left at this moment. */
  readonly left: number;
  /** Whether it counts an order for names that it has just issued for: the second of a pair. */
  readonly countsSecond: boolean;
}

export interface CampaignPace {
  /** Certificates that have not been tried yet. */
  readonly remaining: number;
  /** Whether each of them is a pair. */
  readonly isPaired: boolean;
  readonly window: DailyWindow | null;
  /** Orders begun in an hour at most; null: as the CAs allow. */
  readonly perHour: number | null;
  /** Of the CAs that its orders may go to. */
  readonly accounts: readonly AccountAllowance[];
  /** Orders a day that others had of these accounts of late. */
  readonly othersPerDay: number;
  /** Its newest attempts that ended, and the time in which they did; null: none has. */
  readonly observed: { readonly attempts: number; readonly over: Duration } | null;
}

/** What the pace comes from. */
export type Basis =
  /** Its own ceiling. */
  | "ceiling"
  /** What others leave of the account limits of all CAs together. */
  | "accounts"
  /** What was seen: it is less than all limits allow, or no limit is known. */
  | "observed";

export interface Forecast {
  /** Certificates, or pairs of them, now. */
  readonly perDay: number;
  readonly basis: Basis;
  /** When the last is tried, with the limits that begin until then; null: not in ten years. */
  readonly finishAt: Instant | null;
}

/** A day tells of what the limits do not; less than one would mistake a window or a burst for the pace. */
const longEnough = days(1);
const longestDays = 3_650;
/** What class-share.ts keeps for campaigns whatever the others want. */
const leastShare = 0.1;

/** @returns null when there is nothing to tell it from. */
export function forecast(pace: CampaignPace, now: Instant): Forecast | null {
  const { perDay: capacity, isCeiling } = capacityAt(pace, now);
  const { observed } = pace;
  const seen = observed === null || observed.over === 0 ? 0 : (observed.attempts * days(1)) / observed.over;
  if (!Number.isFinite(capacity)) {
    if (seen === 0) return null;
    return { perDay: seen, basis: "observed", finishAt: finish(pace.remaining, () => seen, now) };
  }
  if (capacity === 0) return null;
  const isSlower = seen > 0 && seen < capacity && (observed?.over ?? 0) >= longEnough;
  // What keeps it below the limits today will keep it below those that begin later.
  const share = isSlower ? seen / capacity : 1;
  const basis = isSlower ? "observed" : isCeiling ? "ceiling" : "accounts";
  const there =
    basis === "accounts"
      ? pace.accounts.reduce((sum, account) => sum + account.left / ordersEach(pace, account), 0)
      : 0;
  const remaining = Math.max(0, pace.remaining - there);
  return {
    perDay: capacity * share,
    basis,
    finishAt: finish(remaining, (at) => capacityAt(pace, at).perDay * share, now),
  };
}

/** Day by day, as limits change. */
function finish(count: number, perDayAt: (at: Instant) => number, now: Instant): Instant | null {
  let left = count;
  for (let day = 0; day < longestDays; day += 1) {
    const at = after(now, days(day));
    const perDay = perDayAt(at);
    if (left <= perDay) return left === 0 ? at : after(at, days(left / perDay));
    left -= perDay;
  }
  return null;
}

/** Of an account's new orders. */
const ordersEach = (
  { isPaired }: Pick<CampaignPace, "isPaired">,
  { countsSecond }: Pick<AccountAllowance, "countsSecond">,
): number => (isPaired && countsSecond ? 2 : 1);

function capacityAt(pace: CampaignPace, at: Instant) {
  const { perHour, window, accounts, othersPerDay } = pace;
  const open = window === null ? days(1) : openFor(window);
  const ceiling = perHour === null ? Number.POSITIVE_INFINITY : (perHour * open) / hours(1);
  const daily = accounts.map((account) => ({
    orders: dailyOrders(account.limitAt(at), open),
    each: ordersEach(pace, account),
  }));
  const allowed = daily.reduce((sum, { orders }) => sum + orders, 0);
  const share = allowed === 0 ? 0 : Math.max(1 - othersPerDay / allowed, leastShare);
  const left = share * daily.reduce((sum, { orders, each }) => sum + orders / each, 0);
  return { perDay: Math.min(ceiling, left), isCeiling: ceiling <= left };
}

/** In a day with so much open time: what refills meanwhile, and what has gathered while the window was closed. */
function dailyOrders(limit: Limit | null, open: Duration): number {
  if (limit === null) return Number.POSITIVE_INFINITY;
  const perMillisecond = limit.count / limit.period;
  return perMillisecond * open + Math.min(limit.burst, perMillisecond * (days(1) - open));
}

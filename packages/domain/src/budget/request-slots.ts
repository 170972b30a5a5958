/**
 * The instants at which requests may go out to a CA that is asked by several processes: each draws slots from one
 * bucket, sends nothing before a slot's instant, and so none of them needs to know of the others.
 */
import { type Instant, instant, seconds } from "../time/instant.ts";
import { type Limit, refillTime } from "./limit.ts";

/**
 * The limit we keep to. Requests arrive bunched, as some take longer on their way than those after them; half of the
 * burst is left for that, and the rate is the same.
 */
export const pacedLimit = (limit: Limit): Limit => ({
  ...limit,
  burst: Math.max(1, Math.floor(limit.burst / 2)),
});

/** Slots to draw in one go: those of a tenth of a second, so that a high rate is no row that all wait for. */
export const mostSlots = ({ count, period }: Limit): number =>
  Math.max(1, Math.floor((count / period) * (seconds(1) / 10)));

/**
 * The slots of one draw.
 *
 * @param fullAt when the bucket is full again after the draw, in milliseconds since the epoch.
 * @returns the first instant for each of `count` requests, ascending, none before `now`.
 */
export function slotsOf(
  limit: Limit,
  { fullAt, count, now }: { readonly fullAt: number; readonly count: number; readonly now: Instant },
): readonly number[] {
  const last = fullAt - limit.burst * refillTime(limit);
  return Array.from({ length: count }, (_, n) => Math.max(now, last - (count - 1 - n) * refillTime(limit)));
}

/** When the next slot of a bucket is that is full at `fullAt`. */
export const nextSlotAt = (limit: Limit, fullAt: number): Instant =>
  instant(Math.ceil(fullAt + refillTime(limit) * (1 - limit.burst)));

/** The `fullAt` of a bucket whose next slot is at `at`. */
export const fullAtForNext = (limit: Limit, at: Instant): number =>
  at + refillTime(limit) * (limit.burst - 1);

import { after, between, type Duration, type Instant, milliseconds } from "@certmill/domain";
import type { Awaited, Wakeups } from "../../store/wakeups.ts";

export interface LongPoll {
  readonly wakeups: Wakeups;
  readonly now: () => Instant;
  readonly awaited: Awaited;
  /** Zero answers at once. */
  readonly wait: Duration;
  /** The longest time between two looks: a notification may be lost. */
  readonly pace: Duration;
  readonly signal: AbortSignal;
}

/** An event may become final only when another transaction ends: after a notification that shows nothing we look again. */
const soon = milliseconds(50);

/**
 * Looks until there is something new, the wait is over or the client gone.
 *
 * @returns what the last look saw.
 */
export async function longPoll<T>(
  { wakeups, now, awaited, wait, pace, signal }: LongPoll,
  look: () => Promise<T>,
  isNews: (seen: T) => boolean,
): Promise<T> {
  const end = after(now(), wait);
  let next = pace;
  for (;;) {
    const seen = await look();
    const left = between(now(), end);
    if (isNews(seen) || left === 0 || signal.aborted) return seen;
    const woken = await wakeups.waitFor(awaited, signal, milliseconds(Math.min(left, next)));
    next = woken ? soon : milliseconds(Math.min(next * 2, pace));
  }
}

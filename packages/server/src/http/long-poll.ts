import { after, between, type Duration, type Instant, milliseconds, seconds } from "@certmill/domain";
import type { Channel } from "../store/database.ts";
import type { Wakeups } from "../store/wakeups.ts";

export interface LongPoll {
  readonly wakeups: Wakeups;
  readonly now: () => Instant;
  readonly channel: Channel;
  /** Zero answers at once. */
  readonly wait: Duration;
  readonly signal: AbortSignal;
}

/** A notification may be lost, and an event may become final only when another transaction ends. */
const mostBetweenLooks = seconds(1);

/**
 * Looks until there is something new, the wait is over or the client gone.
 *
 * @returns what the last look saw.
 */
export async function longPoll<T>(
  { wakeups, now, channel, wait, signal }: LongPoll,
  look: () => Promise<T>,
  isNews: (seen: T) => boolean,
): Promise<T> {
  const end = after(now(), wait);
  for (;;) {
    const seen = await look();
    const left = between(now(), end);
    if (isNews(seen) || left === 0 || signal.aborted) return seen;
    await wakeups.waitFor(channel, signal, milliseconds(Math.min(left, mostBetweenLooks)));
  }
}

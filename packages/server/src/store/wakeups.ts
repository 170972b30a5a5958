/** Waits that a notification may end early. */
import type { Duration } from "@certmill/domain";
import type { Channel, Database } from "./database.ts";

export interface Wakeups {
  /** Resolves at the next notification, after `atMost`, or when `signal` aborts; never rejects. */
  waitFor(channel: Channel, signal: AbortSignal, atMost: Duration): Promise<void>;
}

/** Listens on `channels` for as long as the database is open. */
export async function listenForWakeups(
  database: Pick<Database, "listen">,
  channels: readonly Channel[],
): Promise<Wakeups> {
  const waiting = new Map<Channel, Set<() => void>>(channels.map((channel) => [channel, new Set()]));
  for (const channel of channels) {
    await database.listen(channel, () => {
      for (const wake of waiting.get(channel) ?? []) wake();
    });
  }
  return {
    waitFor: (channel, signal, atMost) =>
      new Promise((resolve) => {
        if (signal.aborted) return resolve();
        const waiters = waiting.get(channel);
        const wake = (): void => {
          clearTimeout(timer);
          waiters?.delete(wake);
          signal.removeEventListener("abort", wake);
          resolve();
        };
        const timer = setTimeout(wake, atMost);
        waiters?.add(wake);
        signal.addEventListener("abort", wake);
      }),
  };
}

/** Waits that a notification may end early. */
import type { Duration } from "@certmill/domain";
import type { Channel, Database } from "./database.ts";

/** What a wait is for. */
export interface Awaited {
  readonly channel: Channel;
  /** Only notifications with this payload end it; null: all do. */
  readonly about: string | null;
}

export interface Wakeups {
  /**
   * Resolves at the next notification, after `atMost`, or when `signal` aborts; never rejects.
   *
   * @returns whether it was a notification.
   */
  waitFor(awaited: Awaited, signal: AbortSignal, atMost: Duration): Promise<boolean>;
}

/** Listens on `channels` for as long as the database is open. What nobody waits for costs nothing. */
export async function listenForWakeups(
  database: Pick<Database, "listen">,
  channels: readonly Channel[],
): Promise<Wakeups> {
  const waiting = new Map<string, Set<() => void>>();
  for (const channel of channels) {
    await database.listen(channel, (payload) => {
      for (const about of [null, payload]) {
        for (const wake of waiting.get(keyOf({ channel, about })) ?? []) wake();
      }
    });
  }

  function join(key: string, wake: () => void): () => void {
    const others = waiting.get(key);
    const all = others ?? new Set();
    all.add(wake);
    if (others === undefined) waiting.set(key, all);
    return () => {
      all.delete(wake);
      if (all.size === 0 && waiting.get(key) === all) waiting.delete(key);
    };
  }

  return {
    waitFor: (awaited, signal, atMost) =>
      new Promise((resolve) => {
        if (signal.aborted) return resolve(false);
        const end = (woken: boolean): void => {
          clearTimeout(timer);
          leave();
          signal.removeEventListener("abort", give);
          resolve(woken);
        };
        const give = (): void => end(false);
        const timer = setTimeout(give, atMost);
        const leave = join(keyOf(awaited), () => end(true));
        signal.addEventListener("abort", give);
      }),
  };
}

const keyOf = ({ channel, about }: Awaited): string => (about === null ? channel : `${channel} ${about}`);

import { setTimeout as sleep } from "node:timers/promises";

/** Time, and waiting for it. A scheduler's, a test's, or the system's. */
export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
  /**
   * @param milliseconds 0 or more.
   * @throws the signal's reason, at once when it aborts.
   */
  sleep(milliseconds: number, signal?: AbortSignal): Promise<void>;
}

/** The machine's own clock. */
export const systemClock: Clock = {
  now: () => Date.now(),
  async sleep(milliseconds, signal) {
    try {
      await sleep(milliseconds, undefined, signal === undefined ? {} : { signal });
    } catch (error) {
      signal?.throwIfAborted();
      throw error;
    }
  },
};

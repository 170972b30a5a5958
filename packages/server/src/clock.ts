import { setTimeout as sleep } from "node:timers/promises";
import { type Instant, instant } from "@certmill/domain";

/** The server's time; a test gives another. */
export interface Clock {
  now(): Instant;
  /** Resolves after `milliseconds`, or at once when `signal` aborts; never rejects. */
  wait(milliseconds: number, signal: AbortSignal): Promise<void>;
}

export const systemClock: Clock = {
  now: () => instant(Date.now()),
  wait: (milliseconds, signal) => sleep(milliseconds, undefined, { signal }).catch(() => {}),
};

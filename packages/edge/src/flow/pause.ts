import { setTimeout as sleep } from "node:timers/promises";

/** Waits so many milliseconds, or until the signal aborts; never throws. */
export async function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  await sleep(milliseconds, undefined, { signal }).catch(() => undefined);
}

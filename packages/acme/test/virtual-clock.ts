import type { Clock } from "../src/flow/clock.ts";

/** A clock whose sleepers wake at once, later. */
export class VirtualClock implements Clock {
  #now: number;
  /** All pauses that were slept, in milliseconds. */
  readonly pauses: number[] = [];

  constructor(now: number) {
    this.#now = now;
  }

  now(): number {
    return this.#now;
  }

  /** For work that takes time. */
  advance(milliseconds: number): void {
    this.#now += milliseconds;
  }

  async sleep(milliseconds: number, signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted();
    this.pauses.push(milliseconds);
    this.#now += milliseconds;
  }
}

import { setImmediate } from "node:timers/promises";
import { type Instant, instant } from "@certmill/domain";
import type { Clock } from "../src/clock.ts";

interface Waiter {
  readonly at: Instant;
  readonly wake: () => void;
}

/** Stands still while anything is being done, and then goes to the next instant that somebody waits for. */
export class SteppedClock implements Clock {
  #now = instant(1_790_000_000_000);
  readonly #waiting = new Set<Waiter>();
  #busy = 0;

  now(): Instant {
    return this.#now;
  }

  async wait(milliseconds: number, signal: AbortSignal): Promise<void> {
    if (signal.aborted) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    const wake = () => resolve();
    const waiter = { at: instant(this.#now + milliseconds), wake };
    this.#waiting.add(waiter);
    signal.addEventListener("abort", wake, { once: true });
    await promise;
    this.#waiting.delete(waiter);
    signal.removeEventListener("abort", wake);
  }

  /** Time stands still until `work`, which leaves the process, is over. */
  async during<T>(work: Promise<T>): Promise<T> {
    this.#busy += 1;
    try {
      return await work;
    } finally {
      this.#busy -= 1;
    }
  }

  /** Time goes by until `work` is over. @throws what `work` throws; Error when nobody waits for an instant. */
  async until<T>(work: Promise<T>): Promise<T> {
    let isOver = false;
    const over = () => {
      isOver = true;
    };
    work.then(over, over);
    for (;;) {
      await this.idle();
      if (isOver) return work;
      this.#step();
    }
  }

  /** Nothing is being done any more: all is over, or waits. */
  async idle(): Promise<void> {
    for (let turns = 0; turns < 3; turns += 1) {
      await setImmediate();
      if (this.#busy > 0) turns = 0;
    }
  }

  #step(): void {
    const [first, ...others] = this.#waiting;
    if (first === undefined)
      throw new Error("The work that time is to go by for waits for nothing on this clock.");
    const next = others.reduce((least, each) => (each.at < least.at ? each : least), first);
    this.#now = instant(Math.max(this.#now, next.at));
    next.wake();
  }
}

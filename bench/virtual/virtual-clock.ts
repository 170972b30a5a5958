import { type Instant, instant } from "@certmill/domain";
import type { Clock } from "../../packages/server/src/clock.ts";
import type { ClockFace } from "./clock-face.ts";

interface Waiter {
  readonly at: Instant;
  readonly wake: () => void;
}

/** A clock that stands still until its face is set on and `wake` is called. */
export class VirtualClock implements Clock {
  readonly #face: ClockFace;
  readonly #waiting = new Set<Waiter>();
  #ended = false;

  constructor(face: ClockFace) {
    this.#face = face;
  }

  now(): Instant {
    return this.#face.read();
  }

  async wait(milliseconds: number, signal: AbortSignal): Promise<void> {
    if (signal.aborted || this.#ended) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    const waiter: Waiter = {
      at: instant(this.now() + Math.ceil(milliseconds)),
      wake: () => {
        this.#waiting.delete(waiter);
        signal.removeEventListener("abort", waiter.wake);
        resolve();
      },
    };
    this.#waiting.add(waiter);
    signal.addEventListener("abort", waiter.wake);
    await promise;
  }

  /** What the first waiter waits for; null: nobody waits. */
  get nextWake(): Instant | null {
    let next: Instant | null = null;
    for (const { at } of this.#waiting) if (next === null || at < next) next = at;
    return next;
  }

  /** Ends the waits that are over. */
  wake(): void {
    const now = this.now();
    const due = [...this.#waiting].filter(({ at }) => at <= now).sort((a, b) => a.at - b.at);
    for (const { wake } of due) wake();
  }

  /** Ends all waits, those to come too: for whoever is stopping. */
  end(): void {
    this.#ended = true;
    for (const { wake } of this.#waiting) wake();
  }
}

import { after, between, type Instant, instant, milliseconds } from "@certmill/domain";
import type { Clock } from "../clock.ts";

/** Ends a wait early, at once or at an instant. A ring while nobody waits is kept for the next one who does; many are one. */
export class Bell {
  readonly #clock: Clock;
  #rung = false;
  /** When it rings by itself. */
  #alarm: Instant | null = null;
  /** Rings and changes of the alarm. */
  #heard = 0;
  #waiting: AbortController | null = null;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  ring(): void {
    this.#rung = true;
    this.#heard += 1;
    this.#waiting?.abort();
  }

  /** Rings at `at`, or sooner where it is to ring sooner already. */
  ringAt(at: Instant): void {
    if (this.#alarm !== null && this.#alarm <= at) return;
    this.#alarm = at;
    this.#heard += 1;
    this.#waiting?.abort();
  }

  /** Waits `least` milliseconds, then until the bell rings, `most` in all; no longer once `signal` aborts. */
  async wait(least: number, most: number, signal: AbortSignal): Promise<void> {
    const began = this.#clock.now();
    const soonest = after(began, milliseconds(least));
    const end = after(began, milliseconds(Math.max(least, most)));
    const stop = (): void => this.#waiting?.abort();
    signal.addEventListener("abort", stop);
    // One wait where nobody rings: a timer for `least` alone would be for nothing.
    for (let heard = -1; heard !== this.#heard && !signal.aborted; ) {
      heard = this.#heard;
      const alarm = instant(Math.max(soonest, Math.min(end, this.#alarm ?? end)));
      await this.#waitUntil(this.#rung ? soonest : alarm);
    }
    signal.removeEventListener("abort", stop);
    this.#rung = false;
    if (this.#alarm !== null && this.#alarm <= this.#clock.now()) this.#alarm = null;
  }

  async #waitUntil(at: Instant): Promise<void> {
    const left = between(this.#clock.now(), at);
    if (left <= 0) return;
    this.#waiting = new AbortController();
    await this.#clock.wait(left, this.#waiting.signal);
    this.#waiting = null;
  }
}

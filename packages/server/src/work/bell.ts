import { after, between, type Instant, instant, milliseconds } from "@certmill/domain";
import type { Clock } from "../clock.ts";

/** Ends a wait early, at once or at an instant. A ring while nobody waits is kept for the next one who does; many are one. */
export class Bell {
  readonly #clock: Clock;
  #rung = false;
  /** When it rings by itself. */
  #alarm: Instant | null = null;
  #resets = 0;
  #waiting: AbortController | null = null;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  ring(): void {
    this.#rung = true;
    this.#waiting?.abort();
  }

  /** Rings at `at`, or sooner where it is to ring sooner already. */
  ringAt(at: Instant): void {
    if (this.#alarm !== null && this.#alarm <= at) return;
    this.#alarm = at;
    this.#resets += 1;
    this.#waiting?.abort();
  }

  /** Waits `least` milliseconds unless `signal` aborts, then until the bell rings, `most` in all. */
  async wait(least: number, most: number, signal: AbortSignal): Promise<void> {
    const end = after(this.#clock.now(), milliseconds(most));
    await this.#clock.wait(least, signal);
    for (let resets = -1; !this.#rung && resets !== this.#resets; ) {
      resets = this.#resets;
      await this.#waitUntil(this.#alarm === null ? end : instant(Math.min(end, this.#alarm)));
    }
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

import type { Clock } from "../clock.ts";

/** Ends a wait early. A ring while nobody waits is kept for the next one who does; many are one. */
export class Bell {
  readonly #clock: Clock;
  #rung = false;
  #waiting: AbortController | null = null;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  ring(): void {
    this.#rung = true;
    this.#waiting?.abort();
  }

  /** Waits `least` milliseconds in any case, then until the bell rings, `most` in all. */
  async wait(least: number, most: number): Promise<void> {
    await this.#clock.wait(least, new AbortController().signal);
    if (!this.#rung && most > least) {
      this.#waiting = new AbortController();
      await this.#clock.wait(most - least, this.#waiting.signal);
      this.#waiting = null;
    }
    this.#rung = false;
  }
}

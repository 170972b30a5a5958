import { after, type Duration, type Instant } from "@certmill/domain";
import type { Clock } from "../clock.ts";

/**
 * Spares those who ask the wait for somebody who does not answer: after a failure nobody asks for a while, then one does, and
 * the others when that one was answered.
 */
export class Circuit {
  readonly #clock: Pick<Clock, "now">;
  readonly #pause: Duration;
  /** When one may ask again; null: all may. */
  #triedAt: Instant | null = null;
  #isTrying = false;

  /** @param pause how long nobody asks. */
  constructor(clock: Pick<Clock, "now">, pause: Duration) {
    this.#clock = clock;
    this.#pause = pause;
  }

  /** @returns null: it was not asked. A question that throws tells nothing of who was asked. */
  async ask<T>(question: () => Promise<T>, hasFailed: (answer: T) => boolean): Promise<T | null> {
    const tries = this.#triedAt !== null;
    if (this.#triedAt !== null && (this.#isTrying || this.#clock.now() < this.#triedAt)) return null;
    if (tries) this.#isTrying = true;
    try {
      const answer = await question();
      this.#triedAt = hasFailed(answer) ? after(this.#clock.now(), this.#pause) : null;
      return answer;
    } finally {
      if (tries) this.#isTrying = false;
    }
  }
}

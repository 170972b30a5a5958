import { pause } from "./pause.ts";

/** Lets callers through at an even pace, so many a second; what was not used is not saved up. */
export class Pacer {
  readonly #between: number;
  #nextAt = 0;

  constructor(perSecond: number) {
    this.#between = 1_000 / perSecond;
  }

  /**
   * Takes the next turn for a caller who comes at `now`.
   *
   * @returns when it is; both in milliseconds since 1970.
   */
  take(now: number): number {
    const at = Math.max(now, this.#nextAt);
    this.#nextAt = at + this.#between;
    return at;
  }

  /** Ends when it is the caller's turn, or when the signal aborts. */
  async turn(signal: AbortSignal): Promise<void> {
    const now = Date.now();
    const at = this.take(now);
    if (at > now) await pause(at - now, signal);
  }
}

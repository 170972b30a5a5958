import { setImmediate as turn } from "node:timers/promises";

/**
 * Turns of the event loop that must pass with nothing in flight. An answer's promises are settled in the turn in which
 * it is read; the pool of `pg` and undici use one more at the most.
 */
const calmTurns = 3;

/** What a process has in flight: whatever it waits for that is not the clock. */
export class Activity {
  #inFlight = 0;
  #calm: PromiseWithResolvers<void> | null = null;

  begin(): void {
    this.#inFlight += 1;
  }

  end(): void {
    this.#inFlight -= 1;
    if (this.#inFlight > 0) return;
    this.#calm?.resolve();
    this.#calm = null;
  }

  async during<T>(work: () => Promise<T>): Promise<T> {
    this.begin();
    try {
      return await work();
    } finally {
      this.end();
    }
  }

  /** Resolves when nothing has been in flight for some turns: then everybody waits on the clock. */
  async settled(): Promise<void> {
    for (let calm = 0; calm < calmTurns; calm = this.#inFlight === 0 ? calm + 1 : 0) {
      if (this.#inFlight > 0) {
        this.#calm ??= Promise.withResolvers<void>();
        await this.#calm.promise;
      }
      await turn();
    }
  }
}

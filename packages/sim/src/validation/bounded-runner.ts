/**
 * Runs tasks in the background, at most `most` at a time, the others in the order they came.
 * A task takes the signal as its deadline and end; it must not throw.
 */
export class BoundedRunner {
  readonly #most: number;
  readonly #waiting: ((signal: AbortSignal) => Promise<void>)[] = [];
  readonly #running = new Set<Promise<void>>();
  readonly #abort = new AbortController();

  constructor(most: number) {
    this.#most = most;
  }

  run(task: (signal: AbortSignal) => Promise<void>): void {
    if (this.#abort.signal.aborted) return;
    this.#waiting.push(task);
    this.#startNext();
  }

  /** Drops what waits, aborts what runs and ends when all of it has ended. */
  async close(): Promise<void> {
    this.#waiting.length = 0;
    this.#abort.abort();
    await Promise.allSettled(this.#running);
  }

  #startNext(): void {
    if (this.#running.size >= this.#most) return;
    const task = this.#waiting.shift();
    if (task === undefined) return;
    const running = task(this.#abort.signal).finally(() => {
      this.#running.delete(running);
      this.#startNext();
    });
    this.#running.add(running);
  }
}

/**
 * Wakes loops that wait for work. A loop looks for work first and waits only when it found none, in one
 * turn of the event loop: a ring in between cannot be missed.
 */
export class Bell {
  readonly #waiting = new Set<() => void>();
  readonly #others = new Set<Bell>();

  ring(): void {
    for (const wake of this.#waiting) wake();
    this.#waiting.clear();
    for (const other of this.#others) other.ring();
  }

  /** Has another bell ring whenever this one does, until it is disposed of. */
  alsoRing(other: Bell): Disposable {
    this.#others.add(other);
    return { [Symbol.dispose]: () => this.#others.delete(other) };
  }

  /**
   * Ends at the next ring, at an instant, or when the signal aborts; never throws.
   *
   * @param until milliseconds since 1970; null: no such instant.
   */
  async rung(until: number | null, signal: AbortSignal): Promise<void> {
    if (signal.aborted) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = until === null ? undefined : setTimeout(resolve, Math.max(0, until - Date.now()));
    const wake = () => resolve();
    this.#waiting.add(wake);
    signal.addEventListener("abort", wake, { once: true });
    try {
      await promise;
    } finally {
      clearTimeout(timer);
      this.#waiting.delete(wake);
      signal.removeEventListener("abort", wake);
    }
  }
}

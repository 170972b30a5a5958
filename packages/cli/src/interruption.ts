/**
 * A signal that Ctrl-C or SIGTERM aborts, for a command that has something to finish or to say. A second
 * Ctrl-C ends the process at once. Disposing it gives both back their usual effect.
 */
export class Interruption implements Disposable {
  readonly #controller = new AbortController();
  readonly #abort = (): void => {
    this[Symbol.dispose]();
    this.#controller.abort(new Interrupted());
  };

  constructor() {
    process.on("SIGINT", this.#abort);
    process.on("SIGTERM", this.#abort);
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  [Symbol.dispose](): void {
    process.off("SIGINT", this.#abort);
    process.off("SIGTERM", this.#abort);
  }
}

/** The reason of an {@link Interruption}'s signal. */
export class Interrupted extends Error {
  override readonly name = "Interrupted";
  readonly code = "interrupted";
  constructor() {
    super("Stopped.");
  }
}

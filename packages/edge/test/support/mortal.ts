import { AsyncLocalStorage } from "node:async_hooks";
import { closeSync } from "node:fs";
import type { FileHandle } from "node:fs/promises";
import { type Fate, watchCalls } from "./watch-calls.ts";

const current = new AsyncLocalStorage<Mortal>();
watchCalls(() => current.getStore() ?? null);

/**
 * Lets what runs in it die at its n-th file operation or request: from then on none of its calls ever comes
 * back, and so it changes nothing any more, as if its process were killed there; but a hundred times faster.
 */
export class Mortal implements Fate, AsyncDisposable {
  readonly #last: number;
  readonly #handles: FileHandle[] = [];
  readonly #files = new Set<number>();
  readonly #death = Promise.withResolvers<void>();
  calls = 0;

  /** @param last the call it dies at; null: it only counts. */
  constructor(last: number | null) {
    this.#last = last ?? Number.POSITIVE_INFINITY;
  }

  run<T>(task: () => T): T {
    return current.run(this, task);
  }

  get isDead(): boolean {
    return this.calls >= this.#last;
  }

  /** Kept when it dies. */
  get death(): Promise<void> {
    return this.#death.promise;
  }

  isLast(): boolean {
    this.calls += 1;
    if (this.isDead) this.#death.resolve();
    return this.isDead;
  }

  opened(file: FileHandle | number): void {
    if (typeof file === "number") this.#files.add(file);
    else this.#handles.push(file);
  }

  /** Not when it was closed for it: what was under way when it died comes back later. */
  mayClose(file: number): boolean {
    return this.#files.delete(file);
  }

  /** Closes what a dead one left open, as the operating system does. */
  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#handles.map((handle) => handle.close()));
    for (const file of this.#files) closeSync(file);
    this.#files.clear();
  }

  end(): Promise<never> {
    return new Promise(() => undefined);
  }

  /** Whoever catches it gets no further than to the next call. */
  endNow(): never {
    throw new Error("It is dead.");
  }
}

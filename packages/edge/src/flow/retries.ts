import { type Backoff, backoffAfter } from "./backoff.ts";

/** What failed and when it is next tried, by key. In memory only: a restart tries everything at once. */
export class Retries {
  readonly #backoff: Backoff;
  readonly #failed = new Map<string, { readonly failures: number; readonly at: number }>();

  constructor(backoff: Backoff) {
    this.#backoff = backoff;
  }

  /**
   * What fails before it is to be tried again was begun with what failed before, and says nothing new.
   *
   * @returns when to try again, in milliseconds since 1970.
   */
  failed(key: string): number {
    const before = this.#failed.get(key);
    if (before !== undefined && before.at > Date.now()) return before.at;
    const failures = (before?.failures ?? 0) + 1;
    const at = Date.now() + backoffAfter(failures, this.#backoff);
    this.#failed.set(key, { failures, at });
    return at;
  }

  succeeded(key: string): void {
    this.#failed.delete(key);
  }

  /** The instant before which a key is to be left alone; 0 when it may be tried now. */
  notBefore(key: string): number {
    return this.#failed.get(key)?.at ?? 0;
  }
}

import { unlessAborted } from "./unless-aborted.ts";

/** More than the requests one process has under way. CAs forget old nonces, so hoarding buys nothing. */
const CAPACITY = 256;

/**
 * A cold start with many requests at once must not ask for as many nonces: CAs are strictest at newNonce
 * (Let's Encrypt: bursts of 10), and every answer brings the next waiter's nonce anyway.
 */
const FETCHES_AT_ONCE = 4;

/**
 * The nonces of one directory (RFC 8555 section 6.5), fed by every response. The newest is taken first, as
 * the least likely to have been forgotten by the CA.
 */
export class NoncePool {
  readonly #nonces: string[] = [];
  readonly #waiting = new Set<PromiseWithResolvers<string>>();
  readonly #fetch: () => Promise<string>;
  #fetching = 0;

  /** @param fetch asks newNonce; called only while somebody waits and the pool is empty. */
  constructor(fetch: () => Promise<string>) {
    this.#fetch = fetch;
  }

  put(nonce: string): void {
    const waiter = this.#firstWaiting();
    if (waiter !== null) return waiter.resolve(nonce);
    this.#nonces.push(nonce);
    if (this.#nonces.length > CAPACITY) this.#nonces.shift();
  }

  /** @throws what `fetch` throws; the signal's reason. */
  async take(signal?: AbortSignal): Promise<string> {
    const nonce = this.#nonces.pop();
    if (nonce !== undefined) return nonce;
    const waiter = Promise.withResolvers<string>();
    this.#waiting.add(waiter);
    this.#fetchForWaiting();
    return unlessAborted(waiter.promise, signal, () => this.#waiting.delete(waiter));
  }

  #fetchForWaiting(): void {
    while (this.#fetching < Math.min(FETCHES_AT_ONCE, this.#waiting.size)) {
      this.#fetching += 1;
      void this.#fetchOne();
    }
  }

  async #fetchOne(): Promise<void> {
    try {
      this.put(await this.#fetch());
    } catch (error) {
      // Every waiter hears it: the next fetch would most likely fail the same way.
      for (const waiter of this.#waiting) waiter.reject(error);
      this.#waiting.clear();
    } finally {
      this.#fetching -= 1;
      this.#fetchForWaiting();
    }
  }

  #firstWaiting(): PromiseWithResolvers<string> | null {
    for (const waiter of this.#waiting) {
      this.#waiting.delete(waiter);
      return waiter;
    }
    return null;
  }
}

import { randomUUID } from "node:crypto";

const MOST_LIVE = 65_536;

/** Anti-replay nonces, RFC 8555 section 6.5. Each is good once; the oldest go first, as at Boulder. */
export class Nonces {
  readonly #live = new Set<string>();

  issue(): string {
    // A UUID's characters are base64url's, and unlike randomBytes it comes from a buffer filled ahead.
    const nonce = randomUUID();
    this.#live.add(nonce);
    if (this.#live.size > MOST_LIVE) {
      for (const oldest of this.#live) {
        this.#live.delete(oldest);
        break;
      }
    }
    return nonce;
  }

  /** Whether it was good; it is not any more. */
  spend(nonce: string): boolean {
    return this.#live.delete(nonce);
  }
}

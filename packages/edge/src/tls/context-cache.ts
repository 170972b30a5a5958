import { createSecureContext, type SecureContext } from "node:tls";
import type { ServedCertificate } from "../agent.ts";

/**
 * Parsed certificates, the most recently used ones. Parsing costs half a millisecond and a context takes
 * 44 kB, so there are neither none nor all of them.
 */
export class ContextCache {
  readonly #most: number;
  /** In the order of use. Promises: handshakes that come at once share one reading. */
  readonly #contexts = new Map<string, Promise<SecureContext | null>>();

  constructor(most: number) {
    this.#most = most;
  }

  /** @returns null when the certificate is not on disk any more. */
  async contextOf(certificate: ServedCertificate): Promise<SecureContext | null> {
    const { key } = certificate;
    const context = this.#contexts.get(key) ?? readContext(certificate);
    this.#contexts.delete(key);
    this.#contexts.set(key, context);
    for (const oldest of this.#contexts.keys()) {
      if (this.#contexts.size <= this.#most) break;
      this.#contexts.delete(oldest);
    }
    try {
      const ready = await context;
      if (ready === null) this.#contexts.delete(key);
      return ready;
    } catch (error) {
      this.#contexts.delete(key);
      throw error;
    }
  }
}

async function readContext(certificate: ServedCertificate): Promise<SecureContext | null> {
  const pair = await certificate.read();
  return pair === null ? null : createSecureContext({ cert: pair.chainPem, key: pair.keyPem });
}

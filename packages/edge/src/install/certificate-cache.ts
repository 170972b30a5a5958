import type { ServedCertificate } from "../agent.ts";
import type { KeyPair } from "./check-key-pair.ts";

/** Certificates read from disk and made into what is served, the most recently used ones. */
export class CertificateCache<Ready> {
  readonly #most: number;
  readonly #prepare: (pair: KeyPair) => Ready;
  /** In the order of use. Promises: handshakes that come at once share one reading. */
  readonly #ready = new Map<string, Promise<Ready | null>>();

  /** @param most how many are kept. */
  constructor(most: number, prepare: (pair: KeyPair) => Ready) {
    this.#most = most;
    this.#prepare = prepare;
  }

  /** @returns null when the certificate is not on disk any more. */
  async get(certificate: ServedCertificate): Promise<Ready | null> {
    const { key } = certificate;
    const reading = this.#ready.get(key) ?? this.#read(certificate);
    this.#ready.delete(key);
    this.#ready.set(key, reading);
    for (const oldest of this.#ready.keys()) {
      if (this.#ready.size <= this.#most) break;
      this.#ready.delete(oldest);
    }
    try {
      const ready = await reading;
      if (ready === null) this.#ready.delete(key);
      return ready;
    } catch (error) {
      this.#ready.delete(key);
      throw error;
    }
  }

  async #read(certificate: ServedCertificate): Promise<Ready | null> {
    const pair = await certificate.read();
    return pair === null ? null : this.#prepare(pair);
  }
}

import type { ServedCertificate } from "../../agent.ts";
import { TextMap } from "../../holding/text-map.ts";
import type { KeyPair } from "../../install/check-key-pair.ts";

/** A few chains are behind all certificates of an edge. With more, all is read anew. */
const mostIssuers = 50;

/**
 * The texts that Caddy is given, of the certificates that were asked for last, beside the heap: 10,000 of them take 15 MB, and would have
 * V8 keep as much garbage again. Chains behind the leaves are kept once.
 */
export class BundleCache {
  readonly #most: number;
  /** In the order of use. */
  readonly #byUse = new Set<string>();
  /** The number of the issuers, the leaf, the key. */
  readonly #texts = new TextMap();
  readonly #issuers: string[] = [];
  /** Handshakes that come at once share one reading. */
  readonly #reading = new Map<string, Promise<string | null>>();

  /** @param most how many are kept. */
  constructor(most: number) {
    this.#most = most;
  }

  /** @returns chain and key as PEM; null when the certificate is not on disk any more. */
  async get(certificate: ServedCertificate): Promise<string | null> {
    const { key } = certificate;
    const kept = this.#texts.get(key);
    if (kept !== undefined) {
      this.#use(key);
      return this.#wholeOf(kept);
    }
    const reading = this.#reading.get(key) ?? this.#read(certificate);
    this.#reading.set(key, reading);
    try {
      return await reading;
    } finally {
      this.#reading.delete(key);
    }
  }

  async #read(certificate: ServedCertificate): Promise<string | null> {
    const pair = await certificate.read();
    if (pair === null) return null;
    const text = this.#pack(pair);
    this.#texts.set(certificate.key, text);
    this.#use(certificate.key);
    return this.#wholeOf(text);
  }

  #use(key: string): void {
    this.#byUse.delete(key);
    this.#byUse.add(key);
    for (const oldest of this.#byUse) {
      if (this.#byUse.size <= this.#most) break;
      this.#byUse.delete(oldest);
      this.#texts.delete(oldest);
    }
  }

  #pack({ chainPem, keyPem }: KeyPair): string {
    const end = chainPem.indexOf("-----BEGIN", 1);
    const [leaf, issuers] = end === -1 ? [chainPem, ""] : [chainPem.slice(0, end), chainPem.slice(end)];
    return [this.#numberOf(issuers.trimEnd()), leaf.trimEnd(), keyPem.trimEnd()].join(separator);
  }

  #numberOf(issuers: string): number {
    const known = this.#issuers.indexOf(issuers);
    if (known !== -1) return known;
    if (this.#issuers.length === mostIssuers) {
      this.#issuers.length = 0;
      for (const key of this.#byUse) this.#texts.delete(key);
      this.#byUse.clear();
    }
    // A part of a longer text keeps all of that in memory.
    return this.#issuers.push(Buffer.from(issuers).toString()) - 1;
  }

  #wholeOf(text: string): string {
    const [number, leaf, key] = text.split(separator);
    const issuers = this.#issuers[Number(number)] ?? "";
    return issuers === "" ? `${leaf}\n${key}\n` : `${leaf}\n${issuers}\n${key}\n`;
  }
}

/** In no PEM. */
const separator = "|";

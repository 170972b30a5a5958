/** How long an answer other than a certificate is kept, in milliseconds, and then asked for again. */
const kept = {
  /** Nobody has such a name: it is asked for by scanners, mostly. */
  unknown: 30_000,
  waiting: 30_000,
  /** Its certificate comes by the feed; the server need not be asked again before long. */
  begun: 5_000,
  /** The server could not be asked. */
  failed: 2_000,
} as const;

/** By which of a lineage's names another is covered: its own, or the wildcard above it. */
export type Cover = "name" | "wildcard";

export type NoCertificate =
  | { readonly kind: "unknown" | "failed" }
  | { readonly kind: "begun" | "waiting"; readonly coveredBy: Cover };

/** Answers kept at most: about 2 MB of names. */
const most = 10_000;

/** What the server last said of names that there is no certificate for; the oldest are forgotten when there are too many. */
export class Answers {
  readonly #untilByName = new Map<string, { readonly answer: NoCertificate; readonly until: number }>();

  /** Null: the server is to be asked. */
  get(name: string, now: number): NoCertificate | null {
    const known = this.#untilByName.get(name);
    return known !== undefined && known.until > now ? known.answer : null;
  }

  set(name: string, answer: NoCertificate, now: number): void {
    this.#untilByName.delete(name);
    this.#untilByName.set(name, { answer, until: now + kept[answer.kind] });
    for (const oldest of this.#untilByName.keys()) {
      if (this.#untilByName.size <= most) break;
      this.#untilByName.delete(oldest);
    }
  }

  get size(): number {
    return this.#untilByName.size;
  }
}

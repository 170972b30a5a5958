import { createHash } from "node:crypto";
import type { Instant } from "@certmill/domain";

/** What a token was found to say when its signature was looked at. */
export interface VerifiedToken {
  readonly edgeId: string;
  /** The key that signed it. */
  readonly publicKey: Uint8Array;
  /** Whom it is for. */
  readonly installation: string;
  /** Of the edge's program; null: it does not say. */
  readonly version: string | null;
  /** It is good from then on. */
  readonly from: Instant;
  /** And until before then. */
  readonly until: Instant;
}

/** Tokens remembered at most, about 6 MB: so many edges at one process, each with one at a time. */
const most = 20_000;

/** Tokens whose signature was right, by their hash, until they end. The oldest are forgotten when there are too many. */
export class VerifiedTokens {
  readonly #byHash = new Map<string, VerifiedToken>();

  /** Null: it is to be verified. */
  get(token: string, now: Instant): VerifiedToken | null {
    const hash = hashOf(token);
    const known = this.#byHash.get(hash);
    if (known === undefined) return null;
    if (known.from <= now && now < known.until) return known;
    this.#byHash.delete(hash);
    return null;
  }

  add(token: string, verified: VerifiedToken): void {
    this.#byHash.set(hashOf(token), verified);
    if (this.#byHash.size <= most) return;
    for (const oldest of this.#byHash.keys()) {
      this.#byHash.delete(oldest);
      break;
    }
  }
}

const hashOf = (token: string): string => createHash("sha256").update(token).digest("base64");

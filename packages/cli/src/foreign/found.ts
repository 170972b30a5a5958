/** What is found in the files of another program, before anything is sent anywhere. */

/** A certificate with its whole chain and its key: all that is needed to serve it. */
export interface FoundCertificate {
  readonly kind: "certificate";
  /** Of the file that has it, for the report. */
  readonly path: string;
  /** By which that program knows it, where that is one of its names; null: the certificate's first. */
  readonly name: string | null;
  /** As in the certificate. */
  readonly names: readonly string[];
  /** Milliseconds since the epoch. */
  readonly notAfter: number;
  /** SHA-256 of the certificate, lower-case hex. */
  readonly fingerprint: string;
  /** Leaf first, without a self-signed root. */
  readonly chainPem: string;
  /** PKCS #8. */
  readonly keyPem: string;
  /** The ACME directory that it came from; null: the files do not say. */
  readonly directory: string | null;
  /** The account that it was issued to; null: the files do not say. */
  readonly accountUrl: string | null;
}

/** An account at a CA. */
export interface FoundAccount {
  readonly kind: "account";
  readonly path: string;
  readonly directory: string;
  /** null: the files do not say; the CA knows it by its key. */
  readonly url: string | null;
  /** PKCS #8. */
  readonly keyPem: string;
  /** `mailto:` URLs. */
  readonly contact: readonly string[];
}

/** Why something that was found cannot be taken: stable, for `--json`. */
export type UnusableCode =
  | "unreadable"
  | "too-large"
  | "not-a-file"
  | "not-understood"
  | "no-certificate"
  | "no-key"
  | "key-mismatch"
  | "key-encrypted"
  | "key-unusable"
  | "chain-broken"
  | "expired"
  | "not-yet-valid"
  | "self-signed"
  | "no-names"
  | "own-ca"
  | "test-ca"
  | "account-unusable";

export interface UnusableItem {
  readonly kind: "unusable";
  readonly path: string;
  readonly code: UnusableCode;
  /** A sentence. */
  readonly reason: string;
}

export type Found = FoundCertificate | FoundAccount | UnusableItem;

/** Thrown while one item is read; nothing but that item is stopped by it ({@link orUnusable}). */
export class Unusable extends Error {
  readonly path: string;
  readonly code: UnusableCode;

  constructor(path: string, code: UnusableCode, reason: string) {
    super(reason);
    this.path = path;
    this.code = code;
  }

  get item(): UnusableItem {
    return { kind: "unusable", path: this.path, code: this.code, reason: this.message };
  }
}

/** What `read` finds, or why it cannot be taken. */
export async function orUnusable<F extends Found>(read: () => Promise<F>): Promise<F | UnusableItem> {
  try {
    return await read();
  } catch (error) {
    if (error instanceof Unusable) return error.item;
    throw error;
  }
}

/** The same for many: what it found before stands, and what comes after another part is not stopped by it. */
export async function* orTold(part: AsyncGenerator<Found>): AsyncGenerator<Found> {
  try {
    yield* part;
  } catch (error) {
    if (!(error instanceof Unusable)) throw error;
    yield error.item;
  }
}

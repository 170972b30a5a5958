/** What is found in the files of another program, before anything is sent anywhere. */
import { type Assembled, Unusable, type UnusableItem } from "@certmill/stores";

/** A certificate that can be served. */
export interface FoundCertificate extends Assembled {
  readonly kind: "certificate";
  /** Of the file that has it, for the report. */
  readonly path: string;
  /** By which that program knows it, where that is one of its names; null: the certificate's first. */
  readonly name: string | null;
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

export type Found = FoundCertificate | FoundAccount | UnusableItem;

/** What `read` finds, or why it cannot be taken. */
export async function orUnusable<F extends Found | null>(read: () => Promise<F>): Promise<F | UnusableItem> {
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

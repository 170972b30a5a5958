/** Why something that was found cannot be taken: stable, for `--json` and for events. */
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

/** Thrown while one item is read; nothing but that item is stopped by it. */
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

import type { KeyObject } from "node:crypto";

/**
 * Why a certificate is revoked (RFC 5280 section 5.3.1), as far as CAs take it from those who hold one. A
 * reason that the CA's policy does not know is refused with `badRevocationReason`.
 */
export type RevocationReason =
  | "unspecified"
  | "keyCompromise"
  | "affiliationChanged"
  | "superseded"
  | "cessationOfOperation"
  | "certificateHold"
  | "removeFromCrl"
  | "privilegeWithdrawn"
  | "aaCompromise";

/** RFC 5280 section 5.3.1, CRLReason. */
const CODES: Readonly<Record<RevocationReason, number>> = {
  unspecified: 0,
  keyCompromise: 1,
  affiliationChanged: 3,
  superseded: 4,
  cessationOfOperation: 5,
  certificateHold: 6,
  removeFromCrl: 8,
  privilegeWithdrawn: 9,
  aaCompromise: 10,
};

/** RFC 8555 section 7.6. */
export interface RevocationRequest {
  /** The certificate, DER. */
  readonly certificate: Uint8Array;
  /** Left out, the CA is told nothing, which is not the same as "unspecified" to all of them. */
  readonly reason?: RevocationReason;
  /** The certificate's own private key: signs in place of the account, which then need not be the one that ordered. */
  readonly certificateKey?: KeyObject;
}

/** The payload: JSON text. */
export function revocationPayload({ certificate, reason }: RevocationRequest): string {
  return JSON.stringify({
    certificate: Buffer.from(certificate).toString("base64url"),
    ...(reason === undefined ? {} : { reason: CODES[reason] }),
  });
}

/**
 * Why a certificate is revoked: the reasons of RFC 5280 section 5.3.1 that the Baseline Requirements leave to who holds a
 * certificate (section 7.2.2). Let's Encrypt takes `unspecified`, `keyCompromise`, `superseded` and `cessationOfOperation`.
 */
export const revocationReasons = [
  "unspecified",
  "keyCompromise",
  "affiliationChanged",
  "superseded",
  "cessationOfOperation",
  "privilegeWithdrawn",
] as const;

export type RevocationReason = (typeof revocationReasons)[number];

import type { Replacement } from "@certmill/api";

export type RevocationReason = Replacement["reason"];

/** As RFC 5280 names them; the default first. */
export const revocationReasons: readonly RevocationReason[] = [
  "superseded",
  "keyCompromise",
  "cessationOfOperation",
  "affiliationChanged",
  "privilegeWithdrawn",
  "unspecified",
];

import type { LimitName } from "@certmill/api";

const words: Readonly<Record<LimitName, string>> = {
  "new-orders-per-account": "new orders",
  "new-certificates-per-registered-domain": "certificates for a registered domain",
  "new-certificates-per-exact-set-of-identifiers": "certificates for the same names",
  "authorization-failures-per-identifier-per-account": "failed authorizations of a name",
  "consecutive-authorization-failures-per-identifier-per-account": "failures of a name in a row",
};

/** What a limit counts, short. */
export const limitWords = (limit: LimitName): string => words[limit];

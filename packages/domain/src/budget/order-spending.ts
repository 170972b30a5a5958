/**
 * Which buckets an order touches, and when. As Boulder has it: an account's order is spent at newOrder; the counts by
 * registered domain and by exact set are looked at there and spent when the certificate is issued; failed
 * authorizations are looked at there and spent as they fail. A renewal of the very same names within 120 days is
 * exempt from the first two, one that came by renewal information in its window from all.
 * Source: https://letsencrypt.org/docs/rate-limits/ and Boulder's ratelimits/transaction.go, ra/ra.go.
 */
import type { DnsName } from "../name/dns-name.ts";
import { registeredDomain } from "../name/public-suffix.ts";
import { days } from "../time/instant.ts";
import type { LimitName } from "./limit.ts";

export interface BucketName {
  readonly limit: LimitName;
  /** The account's id, a registered domain, names in order, or account and name. */
  readonly key: string;
}

/** One token that an order has reserved. */
export interface Spending extends BucketName {
  /** When the CA spends it. */
  readonly spentAt: "order" | "issue";
}

/**
 * `same-set`: the CA has issued for exactly these names within `sameSetWindow`. `renewal-information`: the order names
 * the certificate it replaces (RFC 9773 section 5) and is made in that one's window.
 */
export type Exemption = "none" | "same-set" | "renewal-information";

export interface OrderPlan {
  readonly accountId: string;
  readonly names: readonly string[];
  readonly exemption: Exemption;
}

/** How long a certificate for the same names exempts the next. Boulder's code; the pages do not tell. */
export const sameSetWindow = days(120);

export const exactSetKey = (names: readonly string[]): string => [...names].sort().join(",");

export const failuresKey = (accountId: string, name: string): string => `${accountId}/${name}`;

export const registeredDomains = (names: readonly string[]): readonly string[] => [
  ...new Set(names.map((name) => registeredDomain(name as DnsName))),
];

/** What an order reserves, all or none, ordered by limit and key. */
export function spendingOf({ accountId, names, exemption }: OrderPlan): readonly Spending[] {
  if (exemption === "renewal-information") return [];
  const spending: Spending[] = [
    {
      limit: "new-certificates-per-exact-set-of-identifiers",
      key: exactSetKey(names),
      spentAt: "issue",
    },
  ];
  if (exemption === "none") {
    spending.push({ limit: "new-orders-per-account", key: accountId, spentAt: "order" });
    for (const key of registeredDomains(names))
      spending.push({ limit: "new-certificates-per-registered-domain", key, spentAt: "issue" });
  }
  return spending.sort(byName);
}

/** What must have a token left although an order takes none. */
export const lookedAt = ({ accountId, names, exemption }: OrderPlan): readonly BucketName[] =>
  exemption === "renewal-information"
    ? []
    : names.flatMap((name) =>
        (
          [
            "authorization-failures-per-identifier-per-account",
            "consecutive-authorization-failures-per-identifier-per-account",
          ] as const
        ).map((limit) => ({ limit, key: failuresKey(accountId, name) })),
      );

const byName = (a: BucketName, b: BucketName): number =>
  a.limit === b.limit ? compare(a.key, b.key) : compare(a.limit, b.limit);

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

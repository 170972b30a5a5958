import { getDomain, parse } from "tldts";
import { type DnsName, withoutWildcard } from "./dns-name.ts";
import { countedAddress, isIpName } from "./ip-name.ts";

/** Spares tldts what has been done by then: our names are host names, lower-case and no addresses. */
const trusted = { extractHostname: false, validateHostname: false, detectIp: false };
const icannOnly = { ...trusted, allowPrivateDomains: false };
const withPrivate = { ...trusted, allowPrivateDomains: true };

/** Where a name stands in the ICANN section of the public suffix list. */
export type PublicStanding = "registrable" | "public-suffix" | "unknown-tld";

/**
 * The private section (github.io, herokuapp.com) is left out: CAs do issue for such a name itself. Let's
 * Encrypt's policy authority looks at ICANN suffixes only.
 *
 * @param host a well-formed name without `*.`.
 */
export function publicStanding(host: string): PublicStanding {
  const { isIcann, publicSuffix } = parse(host, icannOnly);
  if (isIcann !== true) return "unknown-tld";
  return publicSuffix === host ? "public-suffix" : "registrable";
}

/**
 * The name that CAs count certificates by: one label more than the public suffix, private suffixes
 * honoured (`a.b.github.io` counts for `b.github.io`). A name that is a suffix itself, or has one label,
 * counts for itself. So does an IPv4 address; an IPv6 address counts for its /64.
 * Source: https://letsencrypt.org/docs/rate-limits/#new-certificates-per-registered-domain
 */
export function registeredDomain(name: DnsName): DnsName {
  if (isIpName(name)) return countedAddress(name) as DnsName;
  const host = withoutWildcard(name);
  return (getDomain(host, withPrivate) ?? host) as DnsName;
}

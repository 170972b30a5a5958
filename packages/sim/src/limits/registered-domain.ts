import { isIPv4 } from "node:net";
import { getDomain } from "tldts";
import { addressBytes } from "../x509/address-bytes.ts";
import type { Identifier } from "../x509/identifier.ts";

const NAMES_ONLY = {
  allowPrivateDomains: true,
  extractHostname: false,
  validateHostname: false,
  detectIp: false,
};

/**
 * What certificates are counted by: a name's public suffix, the list's private part included, and one label more; of
 * IPv4 the address, of IPv6 its /64. A name that is a suffix itself, or is under no known one, is counted by itself.
 * Source: https://letsencrypt.org/docs/rate-limits/#new-certificates-per-registered-domain
 */
function registeredDomain({ type, value }: Identifier): string {
  if (type === "ip")
    return isIPv4(value) ? value : `${addressBytes(value).subarray(0, 8).toString("hex")}/64`;
  const name = value.startsWith("*.") ? value.slice(2) : value;
  return getDomain(name, NAMES_ONLY) ?? name;
}

/** Each once. */
export const registeredDomains = (identifiers: readonly Identifier[]): readonly string[] => [
  ...new Set(identifiers.map(registeredDomain)),
];

import { isDnsName, LONGEST_DNS_NAME } from "../x509/dns-name.ts";
import { canonicalIp } from "../x509/ip-address.ts";
import type { JsonRecord } from "./json-record.ts";

/** What a certificate is for: a DNS name as A-labels, or an address as text (RFC 8555 section 9.7.7, RFC 8738). */
export type Identifier = { readonly type: "dns" | "ip"; readonly value: string };

/** @throws AcmeError `bad-response` for a type we never ask for. */
export function readIdentifier(record: JsonRecord): Identifier {
  return { type: record.word("type", ["dns", "ip"]), value: record.string("value") };
}

/**
 * What a certificate is asked for by its name.
 *
 * @param name a DNS name as A-labels in any case, one with a wildcard ("*.example.com"), or an IP address.
 * @returns DNS names in lower case; IP addresses in their one text (RFC 8738 section 3: RFC 5952 for IPv6).
 * @throws TypeError for anything else: a name in Unicode, one with a dot at the end, a port, a URL.
 */
export function identifierOf(name: string): Identifier {
  const address = canonicalIp(name);
  if (address !== null) return { type: "ip", value: address };
  const host = name.startsWith("*.") ? name.slice(2) : name;
  if (name.length <= LONGEST_DNS_NAME && isDnsName(host)) return { type: "dns", value: name.toLowerCase() };
  throw new TypeError(
    `neither a DNS name in A-labels nor an IP address: ${JSON.stringify(name.slice(0, 300))}`,
  );
}

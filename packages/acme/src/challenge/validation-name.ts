import { isDnsName, LONGEST_DNS_NAME } from "../x509/dns-name.ts";

/**
 * Where the TXT record for a domain is looked for: labels before its name.
 *
 * @param labels with a dot between them, none at the end.
 * @param domain in A-labels; of a wildcard, what comes after "*." (RFC 8555 section 8.4).
 * @returns in lower case, without a dot at the end.
 * @throws TypeError for an IP address (RFC 8738 section 7: no DNS challenge is for one), anything else that is no
 *   DNS name, and a domain so long that there is no room for the labels.
 */
export function validationName(labels: string, domain: string): string {
  const base = baseDomain(domain);
  const name = `${labels}.${base}`;
  if (name.length > LONGEST_DNS_NAME) throw new TypeError(`no DNS name can be as long as ${name}`);
  return name;
}

/**
 * A domain in lower case, without the "*." of a wildcard.
 *
 * @throws TypeError for what is no DNS name.
 */
export function baseDomain(domain: string): string {
  const base = domain.startsWith("*.") ? domain.slice(2) : domain;
  if (!isDnsName(base))
    throw new TypeError(`not a DNS name in A-labels: ${JSON.stringify(domain.slice(0, 300))}`);
  return base.toLowerCase();
}

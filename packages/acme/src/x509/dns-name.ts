/** Letters, digits and hyphens, no hyphen at either end (RFC 5280 section 4.2.1.6, RFC 1034 section 3.5). */
const LABEL = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/i;

/** In characters; one of text holds 255 bytes on the wire (RFC 1035 section 3.1). */
export const LONGEST_DNS_NAME = 253;

/**
 * Whether this is a host name as certificates have it: A-labels in any case, without a dot at the end, without
 * "*". A last label of digits alone is refused: there is no such top-level domain, and what looks like a broken
 * IP address is one.
 */
export function isDnsName(text: string): boolean {
  if (text.length > LONGEST_DNS_NAME) return false;
  const labels = text.split(".");
  return labels.every((label) => LABEL.test(label)) && !/^\d+$/.test(labels.at(-1) ?? "");
}

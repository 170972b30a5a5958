import { addressText, parseAddress, unmapped } from "../check/address.ts";
import { isPublicAddress } from "../check/public-address.ts";
import type { DnsName, NamePolicy, NameResult } from "./dns-name.ts";
import { quoted, refused } from "./dns-name.ts";

/**
 * Whether a normalised name is an IP address (RFC 8738): the last label of a DNS name is no number, and it has no colon.
 */
export const isIpName = (name: string): boolean => name.includes(":") || /\.\d+$/.test(name);

/** Spares nearly every name the parsing. */
const looksLikeAddress = /^[0-9.]+$|:/;

/**
 * The one text of an address as people write it, in brackets or not (RFC 8738 section 3: RFC 5952 for IPv6); null when
 * it is none. One that only stands for an IPv4 address (`::ffff:192.0.2.1`) is that.
 */
export function normaliseAddress(text: string, policy: NamePolicy): NameResult | null {
  if (!looksLikeAddress.test(text)) return null;
  const parsed = parseAddress(text.startsWith("[") && text.endsWith("]") ? text.slice(1, -1) : text);
  if (parsed === null) return null;
  const address = unmapped(parsed);
  const name = addressText(address);
  if (policy === "public" && !isPublicAddress(address))
    return refused("reserved-address", `${quoted(name)} is not on the public internet.`);
  return { ok: true, name: name as DnsName };
}

/** What CAs count certificates for an address by: IPv4 by itself, IPv6 by its /64. */
export function countedAddress(name: string): string {
  const address = parseAddress(name);
  if (address === null || address.version === 4) return name;
  return `${addressText({ version: 6, value: (address.value >> 64n) << 64n })}/64`;
}

/**
 * A name as it stands in a certificate: an IP address in its one text (RFC 8738; `isIpName` tells), or lower-case A-labels without a trailing dot, at most 253
 * characters, with `*` as the leftmost label at most (RFC 5280 4.2.1.6, RFC 6125 6.4.3). Only
 * `normaliseName` and functions over such names make one.
 */
export type DnsName = string & { readonly __brand: "DnsName" };

/** `public`: the name must be able to get a certificate from a public CA. `private`: any well-formed name. */
export type NamePolicy = "public" | "private";

/** Why a text is no name we can order for. Stable: reports and API clients branch on it. */
export type NameRefusal =
  | "empty"
  | "control-character"
  /** A URL, an e-mail address, a name with a port or a path, several names at once. */
  | "not-a-name"
  /** An address with something beside it, or written as no address is. */
  | "ip-address"
  | "reserved-address"
  | "bad-wildcard"
  | "bad-label"
  | "too-long"
  | "single-label"
  | "reserved-tld"
  | "unknown-tld"
  | "public-suffix";

/** `reason` is one sentence for the person who wrote the name; safe to print on a terminal. */
export interface Refused<Code extends string> {
  readonly ok: false;
  readonly code: Code;
  readonly reason: string;
}

export type NameResult = { readonly ok: true; readonly name: DnsName } | Refused<NameRefusal>;

/** The most characters of a name in its written form, RFC 1035 2.3.4 (255 octets on the wire). */
export const longestName = 253;

/** The most characters of one label, RFC 1035 2.3.4. */
export const longestLabel = 63;

export const refused = <Code extends string>(code: Code, reason: string): Refused<Code> => ({
  ok: false,
  code,
  reason,
});

/** The name without its `*.`: what is looked up, limited and compared for a wildcard. */
export const withoutWildcard = (name: string): string => (name.startsWith("*.") ? name.slice(2) : name);

/** `text` in quotation marks, shortened, with what a terminal could obey made visible as `\u{…}`. */
export function quoted(text: string): string {
  const shortened = text.length > 80 ? `${text.slice(0, 77)}...` : text;
  return `"${shortened.replace(/\p{C}/gu, (c) => `\\u{${(c.codePointAt(0) ?? 0).toString(16)}}`)}"`;
}

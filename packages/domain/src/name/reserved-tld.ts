/**
 * Name spaces no public CA issues for, though some are in the public suffix list: the special-use names
 * of RFC 6761, 6762, 7686, 8375 and 9476, ICANN's `internal` (resolution 2024.07.29.06), and `arpa`
 * (CA/Browser Forum ballot SC-086).
 */
const reserved: ReadonlySet<string> = new Set([
  "alt",
  "arpa",
  "example",
  "internal",
  "invalid",
  "local",
  "localhost",
  "onion",
  "test",
]);

/** The reserved top-level domain that `name` is under, or `null`. */
export function reservedTldOf(name: string): string | null {
  const tld = name.slice(name.lastIndexOf(".") + 1);
  return reserved.has(tld) ? tld : null;
}

import { type DnsName, longestName, quoted, type Refused, refused } from "./dns-name.ts";
import { isIpName } from "./ip-name.ts";

/** Let's Encrypt's classic profile; other public CAs allow as many or more. */
export const mostNames = 100;

export type CoverRefusal = "redundant-under-wildcard" | "too-many-names";

/** `name` is the one to take out, or `null` when it is no single one's fault. */
export type CoverResult =
  | { readonly ok: true; readonly names: readonly [DnsName, ...DnsName[]] }
  | (Refused<CoverRefusal> & { readonly name: DnsName | null });

/**
 * The names of one certificate: the primary first, then the aliases in ascending order, each once.
 * A name that a wildcard of the same set covers is refused, as CAs refuse such an order.
 */
export function coverNames(primary: DnsName, aliases: readonly DnsName[]): CoverResult {
  const others = new Set(aliases);
  others.delete(primary);
  const names = [primary, ...[...others].sort()] as const;
  if (names.length > mostNames) {
    const reason = `${names.length} names are too many for one certificate; ${mostNames} fit.`;
    return { ...refused("too-many-names", reason), name: null };
  }
  const all: ReadonlySet<string> = new Set(names);
  for (const name of names) {
    const wildcard = wildcardOver(name);
    if (wildcard !== null && all.has(wildcard)) {
      const reason = `${quoted(name)} is covered by ${quoted(wildcard)} already; leave one of them out.`;
      return { ...refused("redundant-under-wildcard", reason), name };
    }
  }
  return { ok: true, names };
}

/** The `www.` companion of a name, or `null` when it has none: a wildcard, a `www.` name, an address, one too long. */
export function withWww(name: DnsName): DnsName | null {
  if (isIpName(name) || name.startsWith("*.") || name.startsWith("www.") || name.length + 4 > longestName)
    return null;
  return `www.${name}` as DnsName;
}

/** The wildcard that would cover `name`: it stands for exactly one label (RFC 6125 6.4.3). */
function wildcardOver(name: DnsName): string | null {
  const dot = name.indexOf(".");
  return name.startsWith("*.") || dot < 0 ? null : `*${name.slice(dot)}`;
}

/**
 * Which domains share a certificate. By default none do: a domain has its own, with its `www`. Packs save orders, and
 * their price is told by price.ts.
 */
import { coverNames } from "../name/cover-names.ts";
import type { DnsName } from "../name/dns-name.ts";
import { registeredDomain } from "../name/public-suffix.ts";

/** What one domain wants covered. It is never divided. */
export interface Cover {
  /** null: nobody's that is known, so nobody's to be put together with. */
  readonly tenant: string | null;
  /** The domain first. */
  readonly names: readonly [DnsName, ...DnsName[]];
}

export interface PackPolicy {
  /** Names in one certificate at most; 1: each domain has its own, however many names that has. */
  readonly names: number;
  readonly acrossTenants: boolean;
}

/** Domains that share a certificate, one at least. */
export type Pack = readonly [Cover, ...Cover[]];

/**
 * Packs all of them, each once. Domains of one registered domain come together, as they then spend its limit once.
 * Deterministic: the order in which they are given makes no difference but among equals.
 */
export function pack(covers: readonly Cover[], policy: PackPolicy): readonly Pack[] {
  if (policy.names <= 1) return covers.map((cover): Pack => [cover]);
  const packs: [Cover, ...Cover[]][] = [];
  for (const cover of inOrder(covers, policy)) {
    const open = packs.at(-1);
    if (open !== undefined && mayJoin(open, cover, policy)) open.push(cover);
    else packs.push([cover]);
  }
  return packs;
}

/** The names of a pack's certificate, each once, those of its first domain first. */
export const packNames = (covers: Pack): readonly DnsName[] => [
  ...new Set(covers.flatMap(({ names }) => names)),
];

function mayJoin(open: Pack, cover: Cover, policy: PackPolicy): boolean {
  if (!policy.acrossTenants && (cover.tenant === null || open[0].tenant !== cover.tenant)) return false;
  const names = packNames([...open, cover]);
  if (names.length > policy.names) return false;
  // A CA refuses a name beside a wildcard that covers it.
  const [primary = open[0].names[0], ...others] = names;
  return coverNames(primary, others).ok;
}

function inOrder(covers: readonly Cover[], { acrossTenants }: PackPolicy): readonly Cover[] {
  const keyed = covers.map((cover) => {
    const [domain] = cover.names;
    const tenant = acrossTenants ? "" : (cover.tenant ?? "");
    return { cover, key: `${tenant}\0${registeredDomain(domain)}\0${domain}` };
  });
  return keyed.sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0)).map(({ cover }) => cover);
}

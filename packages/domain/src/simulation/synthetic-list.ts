/**
 * A list of names with the counts of a summary: as many domains, names and tenants, and as many under each registered
 * domain. Mixed by chance, as a plan takes it to be.
 */
import type { DnsName } from "../name/dns-name.ts";
import { type Cover, pack, packNames } from "../packing/pack.ts";
import type { CountOf, ListSummary } from "../plan/list-summary.ts";
import type { PackWish } from "../plan/plan-request.ts";
import { stableFraction } from "../schedule/stable-fraction.ts";
import type { NamesOfOne } from "./simulation-terms.ts";

export function syntheticList(
  list: ListSummary,
  { seed, packs }: { readonly seed: number; readonly packs: PackWish },
): readonly NamesOfOne[] {
  const owned = shuffled(assignTenants(list, seed), seed);
  const namesEach = list.domains === 0 ? 1 : list.names / list.domains;
  const covers = owned.map(({ name, tenant }, index): Cover => {
    const has = Math.floor((index + 1) * (namesEach - 1)) - Math.floor(index * (namesEach - 1));
    return { tenant, names: [name, ...(has > 0 ? [`www.${name}` as DnsName] : [])] };
  });
  if (packs.names <= 1) return covers;
  const packed = pack(covers, packs).map((each) => ({ names: packNames(each), tenant: each[0].tenant }));
  return shuffled(packed, seed);
}

interface Owned {
  readonly name: DnsName;
  /** null: nobody is named for it. */
  readonly tenant: string | null;
}

/**
 * The largest registered domains keep to as many tenants as they have, whoever has most domains first; all else is
 * anybody's.
 */
function assignTenants(list: ListSummary, seed: number): readonly Owned[] {
  const tenants = tenantsOf(list);
  const owned: Owned[] = [];
  const anybodys: DnsName[] = [...othersOf(list)];
  let next = 0;
  for (const { name, domains, tenants: many } of list.largest) {
    const its = Array.from({ length: Math.min(many, tenants.length) }, () => {
      next += 1;
      return tenants[(next - 1) % tenants.length];
    });
    for (let index = 0; index < domains; index += 1) {
      const below = `site${index}.${name}` as DnsName;
      const tenant = its[Math.floor((index * its.length) / domains)];
      if (tenant === undefined || tenant.left <= 0) anybodys.push(below);
      else {
        tenant.left -= 1;
        owned.push({ name: below, tenant: tenant.name });
      }
    }
  }
  const free = tenants.flatMap(({ name, left }) => Array.from({ length: left }, () => name));
  const rest = shuffled(anybodys, seed).map((name, index): Owned => ({ name, tenant: free[index] ?? null }));
  return [...owned, ...rest];
}

function* othersOf({ others }: ListSummary): Generator<DnsName> {
  let registered = 0;
  for (const group of others)
    for (const domains of counts(group)) {
      registered += 1;
      const domain = `list${registered}.example`;
      if (domains === 1) yield domain as DnsName;
      else for (let index = 0; index < domains; index += 1) yield `site${index}.${domain}` as DnsName;
    }
}

/** With how many domains each has yet to be named for, the most first. */
function tenantsOf({ tenants }: ListSummary): readonly { readonly name: string; left: number }[] {
  return tenants
    .flatMap((group) => [...counts(group)])
    .sort((a, b) => b - a)
    .map((left, index) => ({ name: `tenant${index + 1}`, left }));
}

/** Whole counts that add up to what `count` times `domains` is, which need not be whole. */
function* counts({ count, domains }: CountOf): Generator<number> {
  for (let index = 0; index < count; index += 1)
    yield Math.round((index + 1) * domains) - Math.round(index * domains);
}

const shuffled = <T>(items: readonly T[], seed: number): readonly T[] =>
  items
    .map((item, index) => ({ item, rank: stableFraction(`${seed} ${index}`) }))
    .sort((a, b) => a.rank - b.rank)
    .map(({ item }) => item);

/**
 * A list of names with the counts of a summary: as many domains, names and tenants, and as many under each registered
 * domain. Mixed by chance, as a plan takes it to be.
 */
import type { DnsName } from "../name/dns-name.ts";
import { type Cover, pack, packNames } from "../packing/pack.ts";
import type { CountOf, ListSummary } from "../plan/list-summary.ts";
import type { PackWish } from "../plan/plan-request.ts";
import { stableFraction } from "../schedule/stable-fraction.ts";
import type { NamesOfOne } from "./simulation.ts";

export function syntheticList(
  list: ListSummary,
  { seed, packs }: { readonly seed: number; readonly packs: PackWish },
): readonly NamesOfOne[] {
  const names = shuffled(primaries(list), seed);
  const tenants = tenantsOf(list);
  const namesEach = list.domains === 0 ? 1 : list.names / list.domains;
  const covers = names.map((name, index): Cover => {
    const has = Math.floor((index + 1) * (namesEach - 1)) - Math.floor(index * (namesEach - 1));
    return {
      tenant: tenants.next().value ?? null,
      names: [name, ...(has > 0 ? [`www.${name}` as DnsName] : [])],
    };
  });
  if (packs.names <= 1) return covers;
  const packed = pack(covers, packs).map((each) => ({ names: packNames(each), tenant: each[0].tenant }));
  return shuffled(packed, seed);
}

function primaries({ largest, others }: ListSummary): readonly DnsName[] {
  const names: string[] = [];
  for (const { name, domains } of largest)
    for (let index = 0; index < domains; index += 1) names.push(`site${index}.${name}`);
  let registered = 0;
  for (const group of others)
    for (const domains of counts(group)) {
      registered += 1;
      const domain = `list${registered}.example`;
      if (domains === 1) names.push(domain);
      else for (let index = 0; index < domains; index += 1) names.push(`site${index}.${domain}`);
    }
  return names as DnsName[];
}

/** A tenant's domains follow each other. */
function* tenantsOf({ tenants }: ListSummary): Generator<string, null> {
  let tenant = 0;
  for (const group of tenants)
    for (const domains of counts(group)) {
      tenant += 1;
      for (let index = 0; index < domains; index += 1) yield `tenant${tenant}`;
    }
  return null;
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

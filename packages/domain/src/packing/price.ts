import { type Pack, packNames } from "./pack.ts";

/** What packs save and what they cost. */
export interface PackingPrice {
  readonly domains: number;
  readonly orders: number;
  /** Compared to one certificate for each domain. */
  readonly ordersSaved: number;
  /** Tenants that one dead name, one revoked key, keeps from having a certificate. */
  readonly tenantsSharing: { readonly most: number; readonly average: number };
  /** Names that a visitor of one domain reads in its certificate though they are another domain's. */
  readonly namesExposed: { readonly most: number; readonly average: number };
}

export function packingPrice(packs: readonly Pack[]): PackingPrice {
  const domains = packs.reduce((sum, covers) => sum + covers.length, 0);
  const tenants = packs.map((covers) => new Set(covers.map(({ tenant }, n) => tenant ?? `\0${n}`)).size);
  const exposed = packs.flatMap((covers) => {
    const names = packNames(covers).length;
    return covers.map((cover) => names - new Set(cover.names).size);
  });
  return {
    domains,
    orders: packs.length,
    ordersSaved: domains - packs.length,
    tenantsSharing: spread(tenants),
    namesExposed: spread(exposed),
  };
}

const spread = (values: readonly number[]): { readonly most: number; readonly average: number } => ({
  most: values.reduce((most, value) => Math.max(most, value), 0),
  average: values.length === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / values.length,
});

import { type PackingPrice, pack, packingPrice, packNames } from "@certmill/domain";
import type { WantedLineage } from "../../store/write/add-lineages.ts";

interface PackedRows {
  readonly lineages: readonly WantedLineage[];
  readonly price: PackingPrice;
}

/**
 * Puts rows into certificates of up to `most` names; 1: each row has its own, however many names it has. A certificate
 * of several tenants is nobody's.
 */
export function packRows(
  rows: readonly WantedLineage[],
  { most, acrossTenants }: { readonly most: number; readonly acrossTenants: boolean },
): PackedRows {
  const covers = rows.map(({ names, tenantId }) => ({ names, tenant: tenantId }));
  const packs = pack(covers, { names: most, acrossTenants });
  const lineages = packs.map((covered): WantedLineage => {
    const [first, ...others] = covered;
    const [primary] = first.names;
    const rest = packNames(covered).filter((name) => name !== primary);
    const isOneTenants = others.every(({ tenant }) => tenant === first.tenant);
    return { names: [primary, ...rest.toSorted()], tenantId: isOneTenants ? first.tenant : null };
  });
  return { lineages, price: packingPrice(packs) };
}

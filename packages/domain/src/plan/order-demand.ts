/** From a list and a wish for packs to what there is to order. */

import type { Limit } from "../budget/limit.ts";
import { limitSets } from "../budget/limit-sets.ts";
import { floorOf } from "../schedule/class-share.ts";
import { days } from "../time/instant.ts";
import type { CountOf, ListSummary } from "./list-summary.ts";
import type { PackWish, PlannedCa, PlanRequest } from "./plan-request.ts";
import type { DomainGroup } from "./waiting-line.ts";

export interface OrderDemand {
  /** Certificates where nothing fails. */
  readonly certificates: number;
  /** Domains in one, on average. */
  readonly domainsEach: number;
  readonly namesEach: number;
  /** Registered domains with so many certificates that their own limit may hold them back. */
  readonly groups: readonly DomainGroup[];
}

/** The rule for registered domains of the strictest CA that is known. */
const strictest: Limit = { burst: 50, count: 50, period: days(7) };
/** So many are never held back: a campaign leaves some to who comes next. */
const neverHeldBack = strictest.burst - floorOf(strictest, "campaign");

export function orderDemand({ list, packs, cas }: Pick<PlanRequest, "list" | "packs" | "cas">): OrderDemand {
  const certificates = countPacks(list, packs, cas);
  const perDomain = list.domains === 0 ? 1 : certificates / list.domains;
  const groups = [
    ...list.largest.map((each) => ({
      name: each.name,
      count: 1,
      // A pack of each tenant's has a name of it.
      certificates: Math.max(each.domains * perDomain, packs.acrossTenants ? 0 : each.tenants),
    })),
    ...list.others.map(({ domains, count }) => ({ name: null, count, certificates: domains * perDomain })),
  ];
  return {
    certificates,
    domainsEach: certificates === 0 ? 1 : list.domains / certificates,
    namesEach: certificates === 0 ? 1 : list.names / certificates,
    groups: groups.filter((group) => group.certificates > neverHeldBack),
  };
}

/** Domains that no tenant is named for are nobody's to be put together, unless it was asked for. */
function countPacks(list: ListSummary, packs: PackWish, cas: readonly PlannedCa[]): number {
  const size = packSize(list, packs, cas);
  if (size <= 1) return list.domains;
  if (packs.acrossTenants) return Math.ceil(list.domains / size);
  return list.withoutTenant + list.tenants.reduce((sum, tenants) => sum + packsOf(tenants, size), 0);
}

/** A histogram's step may stand for several counts: what does not fill a pack is then half of one, on average. */
const packsOf = ({ domains, count }: CountOf, size: number): number =>
  Math.round(count * (Number.isInteger(domains) ? Math.ceil(domains / size) : domains / size + 0.5));

/** Domains that fit in one certificate: as many as are wished for, and as the CAs take. */
export function packSize(list: ListSummary, packs: PackWish, cas: readonly PlannedCa[]): number {
  if (packs.names <= 1 || list.domains === 0) return 1;
  const room = Math.min(packs.names, ...cas.map(({ limitSet }) => limitSets[limitSet].mostNames));
  return Math.max(1, Math.floor(room / Math.max(1, list.names / list.domains)));
}

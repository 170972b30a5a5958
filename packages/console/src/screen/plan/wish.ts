import type { NewPlan } from "@certmill/api";

/** What the planner's sliders stand at. */
export interface Wish {
  /** A list that was counted; null: so many domains, each registered by itself. */
  readonly list: NewPlan["list"] | null;
  /** Without a list: how many. */
  readonly domains: number;
  /** Of the domains: those under one domain of the operator's own, which share its limit. */
  readonly underOwn: number;
  /** New orders a week at the first CA; null: as its limits are. */
  readonly override: number | null;
  /** The share of the orders that a second CA takes, 0 to 0.9. */
  readonly secondCa: number;
  readonly packNames: number;
  /** The share of the domains that never come right, 0 to 0.5. */
  readonly never: number;
}

export const startingWish: Wish = {
  list: null,
  domains: 500_000,
  underOwn: 0,
  override: null,
  secondCa: 0,
  packNames: 1,
  never: 0.08,
};

/** A CA of the pool, as far as a plan needs it. */
export interface PooledCa {
  readonly name: string;
  readonly default: boolean;
  readonly weight: number;
}

const week = 7 * 24 * 60 * 60;

/** The wish as the API takes it. Without a CA here the plan is made for one account at Let's Encrypt. */
export function planOf(wish: Wish, pool: readonly PooledCa[]): NewPlan {
  const first = pool.find((ca) => ca.default)?.name ?? "letsencrypt";
  const cas: NonNullable<NewPlan["cas"]>[number][] = [];
  if (pool.length === 0) cas.push({ name: first, limits: "letsencrypt", weight: 100 });
  const weights = pool.reduce((sum, { weight }) => sum + weight, 0) || 100;
  if (wish.secondCa > 0) {
    const weight = (weights * wish.secondCa) / (1 - wish.secondCa);
    cas.push({ name: "second-ca", limits: "zerossl", weight });
  }
  return {
    list: wish.list ?? listOf(wish),
    packNames: wish.packNames,
    packAcrossTenants: wish.packNames > 1,
    failing: { never: wish.never, later: 0, laterAfterDays: 30 },
    ...(cas.length === 0 ? {} : { cas }),
    ...(wish.override === null
      ? {}
      : {
          limits: [
            {
              ca: first,
              limit: "new-orders-per-account",
              burst: wish.override,
              count: wish.override,
              periodSeconds: week,
            },
          ],
        }),
  };
}

function listOf({ domains, underOwn }: Wish): NewPlan["list"] {
  const own = Math.min(underOwn, domains);
  const others = domains - own;
  return {
    domains,
    names: domains,
    refused: 0,
    registeredDomains: others + (own > 0 ? 1 : 0),
    largest: own > 0 ? [{ name: "customers.example", domains: own, tenants: 0 }] : [],
    others: others > 0 ? [{ domains: 1, count: others }] : [],
    tenants: [],
    withoutTenant: domains,
  };
}

/** A list of domains by the counts that a plan is made from; its size does not grow with the list's. */
export interface ListSummary {
  /** Rows that can be ordered for: as many certificates where each domain has its own. */
  readonly domains: number;
  /** Names in all of their certificates, `www` companions and aliases included. */
  readonly names: number;
  /** Rows that are no names a public CA issues for. */
  readonly refused: number;
  readonly registeredDomains: number;
  /** The registered domains with most domains under them, the largest first. */
  readonly largest: readonly NamedCount[];
  /** All other registered domains: how many of them have so many domains each. */
  readonly others: readonly CountOf[];
  /** How many tenants have so many domains each. */
  readonly tenants: readonly CountOf[];
  /** Domains that no tenant is named for. */
  readonly withoutTenant: number;
}

export interface NamedCount {
  readonly name: string;
  readonly domains: number;
  /** Whose they are, those of no tenant each by itself; counted too high where the list is not sorted by tenant. */
  readonly tenants: number;
}

/** `count` registered domains, or tenants, that have `domains` domains each. */
export interface CountOf {
  readonly domains: number;
  readonly count: number;
}

/** A list of which only the length is known: each domain is registered by itself and has its `www`. */
export const summaryOfCount = (domains: number): ListSummary => ({
  domains,
  names: 2 * domains,
  refused: 0,
  registeredDomains: domains,
  largest: [],
  others: domains === 0 ? [] : [{ domains: 1, count: domains }],
  tenants: [],
  withoutTenant: domains,
});

/** Exact up to here; above, counts that are within 5 % of each other are told as one. */
const exactUpTo = 100;
const binWidth = 1.05;

/** A histogram of at most some 350 steps, whatever is counted. */
export function histogram(counts: Iterable<number>): readonly CountOf[] {
  const bins = new Map<number, { domains: number; count: number }>();
  for (const domains of counts) {
    const bin =
      domains <= exactUpTo
        ? domains
        : exactUpTo + 1 + Math.floor(Math.log(domains / exactUpTo) / Math.log(binWidth));
    const entry = bins.get(bin);
    if (entry === undefined) bins.set(bin, { domains, count: 1 });
    else {
      entry.domains += domains;
      entry.count += 1;
    }
  }
  return [...bins.entries()]
    .sort(([a], [b]) => a - b)
    .map(([, { domains, count }]) => ({ domains: domains / count, count }));
}

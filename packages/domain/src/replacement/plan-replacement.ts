/**
 * What a mass replacement comes to: how many orders a day each CA takes of it, and when the last certificate is
 * replaced. Of what the limits allow a replacement has the most of an emergency's share; a customer who waits has the rest.
 */
import { tokensLeft } from "../budget/bucket.ts";
import { limitSets } from "../budget/limit-sets.ts";
import { limitAt, orderRate, type PlannedCa } from "../plan/plan-request.ts";
import { after, days, type Instant, milliseconds } from "../time/instant.ts";

/** The certificates of one CA that are to be replaced. */
export interface ReplacedAt {
  readonly ca: PlannedCa;
  readonly certificates: number;
  /** Of them: those whose lineage wants the very same names still. */
  readonly sameNames: number;
  /** In all of them together. */
  readonly names: number;
}

/** What sets the pace at a CA. */
type ReplacementBasis =
  /** Requests to the CA, and orders in flight. */
  | "requests"
  /** The account's limit of new orders. */
  | "account";

export interface ReplacementShare {
  /** Where the orders go, by name. */
  readonly ca: string;
  readonly certificates: number;
  /** Of them: renewals to this CA, which its limits of new orders do not count. */
  readonly exempt: number;
  readonly perDay: number;
  readonly basis: ReplacementBasis;
  /** null: not in ten years. */
  readonly finishesAt: Instant | null;
}

export interface ReplacementPlan {
  readonly certificates: number;
  readonly perDay: number;
  readonly shares: readonly ReplacementShare[];
  /** When the last is replaced; null: not in ten years, or no CA takes its order. */
  readonly finishesAt: Instant | null;
}

/** Of an account's orders, where customers want theirs too: class-share.ts leaves them three in ten. */
const accountShare = 0.7;
const longest = days(3_650);

interface Load {
  certificates: number;
  exempt: number;
  names: number;
}

/** @param at where the certificates are from; `pool` all CAs. A CA of weight 0 gets no orders: what it had goes to the others. */
export function planReplacement(
  at: readonly ReplacedAt[],
  pool: readonly PlannedCa[],
  now: Instant,
): ReplacementPlan {
  const loads = spread(at, pool);
  const shares = [...loads].map(([ca, load]) => shareOf(ca, load, now));
  const certificates = at.reduce((sum, each) => sum + each.certificates, 0);
  const isWhole = shares.reduce((sum, each) => sum + each.certificates, 0) === certificates;
  const ends = shares.map(({ finishesAt }) => finishesAt);
  const last = ends.reduce<Instant | null>((a, b) => (a === null || b === null ? null : a > b ? a : b), now);
  return {
    certificates,
    perDay: shares.reduce((sum, each) => sum + each.perDay, 0),
    shares,
    finishesAt: isWhole ? last : null,
  };
}

/** Who goes where: to the CA that issued it, as long as that is in the pool; else to the others by their weights. */
function spread(at: readonly ReplacedAt[], pool: readonly PlannedCa[]): ReadonlyMap<PlannedCa, Load> {
  const loads = new Map<PlannedCa, Load>();
  const add = (ca: PlannedCa, load: Load): void => {
    const { certificates, exempt, names } = loads.get(ca) ?? { certificates: 0, exempt: 0, names: 0 };
    loads.set(ca, {
      certificates: certificates + load.certificates,
      exempt: exempt + load.exempt,
      names: names + load.names,
    });
  };
  for (const { ca, certificates, sameNames, names } of at) {
    if (ca.weight > 0) {
      const exempt = limitSets[ca.limitSet].exemptsRenewals ? sameNames : 0;
      add(ca, { certificates, exempt, names });
      continue;
    }
    const others = pool.filter(({ weight }) => weight > 0);
    let weightLeft = others.reduce((sum, { weight }) => sum + weight, 0);
    let left = certificates;
    for (const other of others) {
      const part = Math.round((left * other.weight) / weightLeft);
      left -= part;
      weightLeft -= other.weight;
      if (part > 0) add(other, { certificates: part, exempt: 0, names: (names * part) / certificates });
    }
  }
  return loads;
}

function shareOf(ca: PlannedCa, { certificates, exempt, names }: Load, now: Instant): ReplacementShare {
  const byRequests = orderRate(ca, names / certificates) * (days(1) / 1_000);
  const limit = limitAt(ca, "new-orders-per-account", ca.accountId, now);
  const counted = certificates - exempt;
  const byAccount =
    limit === null || counted === 0
      ? Number.POSITIVE_INFINITY
      : ((limit.count * days(1)) / limit.period) * accountShare;
  const there = limit === null ? 0 : tokensLeft(limit, ca.orders, now) * accountShare;
  const requestDays = certificates / byRequests;
  const accountDays = counted === 0 ? 0 : Math.max(0, counted - there) / byAccount;
  const isAccount = accountDays > requestDays;
  const took = milliseconds(Math.ceil(days(Math.max(requestDays, accountDays))));
  return {
    ca: ca.name,
    certificates,
    exempt,
    perDay: Math.floor(isAccount ? byAccount : byRequests),
    basis: isAccount ? "account" : "requests",
    finishesAt: took > longest ? null : after(now, took),
  };
}

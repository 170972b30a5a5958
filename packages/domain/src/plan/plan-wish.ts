/** What one may ask a plan for, as it is sent; and how that and what is known of the CAs become a plan's request. */
import { fullBucket } from "../budget/bucket.ts";
import type { LimitOverride } from "../budget/effective-limits.ts";
import type { LimitName } from "../budget/limit.ts";
import type { LimitSetName } from "../budget/limit-sets.ts";
import { type Instant, instant, seconds } from "../time/instant.ts";
import type { ListSummary } from "./list-summary.ts";
import { withOrdersSpent } from "./orders-spent.ts";
import {
  type Background,
  defaultFailing,
  type FailingDomains,
  type PlannedCa,
  type PlannedKeys,
  type PlanRequest,
} from "./plan-request.ts";

/** Instants are RFC 3339 texts. */
export interface PlanWish {
  readonly list: ListSummary;
  /** Absent: as those have it whose the list is. */
  readonly keyType?: PlannedKeys;
  readonly startsAt?: string;
  readonly finishBy?: string;
  readonly packNames?: number;
  readonly packAcrossTenants?: boolean;
  readonly failing?: FailingDomains;
  /** Absent: as the server does it; without one, no. */
  readonly checksFirst?: boolean;
  readonly background?: Partial<Background>;
  readonly limits?: readonly WishedLimit[];
  readonly cas?: readonly WishedCa[];
}

export interface WishedLimit {
  readonly ca: string;
  readonly limit: LimitName;
  readonly key?: string;
  readonly burst: number;
  readonly count: number;
  readonly periodSeconds: number;
  readonly startsAt?: string;
}

export interface WishedCa {
  readonly name: string;
  readonly limits: LimitSetName;
  readonly weight: number;
  /** Of its new orders, when the plan begins; absent: none. */
  readonly ordersSpent?: number;
}

/** What is known without being told. */
export interface PlanFacts {
  readonly now: Instant;
  readonly cas: readonly PlannedCa[];
  readonly background: Background;
  /** Which keys domains have that do not say. */
  readonly keyType: PlannedKeys;
  readonly checksFirst: boolean;
}

/** A CA that is wished for replaces one of the same name. */
export function planRequest(wish: PlanWish, facts: PlanFacts): PlanRequest {
  const startsAt = wish.startsAt === undefined ? facts.now : instant(Date.parse(wish.startsAt));
  const wished = (wish.cas ?? []).map(caOf);
  const known = facts.cas.filter(({ name }) => !wished.some((ca) => ca.name === name));
  return {
    list: wish.list,
    keyType: wish.keyType ?? facts.keyType,
    startsAt,
    finishBy: wish.finishBy === undefined ? null : instant(Date.parse(wish.finishBy)),
    packs: { names: wish.packNames ?? 1, acrossTenants: wish.packAcrossTenants ?? false },
    failing: wish.failing ?? defaultFailing,
    checksFirst: wish.checksFirst ?? facts.checksFirst,
    background: { ...facts.background, ...wish.background },
    cas: [...known.map(withWishedLimits), ...wished.map(withWishedLimits).map(spentAsWished)],
  };

  function withWishedLimits(ca: PlannedCa): PlannedCa {
    const overrides = (wish.limits ?? []).filter((limit) => limit.ca === ca.name).map(overrideOf);
    return { ...ca, overrides: [...ca.overrides, ...overrides] };
  }

  function spentAsWished(ca: PlannedCa): PlannedCa {
    const { ordersSpent = 0 } = wish.cas?.find(({ name }) => name === ca.name) ?? {};
    return withOrdersSpent(ca, ordersSpent, startsAt);
  }

  function overrideOf({ limit, key, burst, count, periodSeconds, startsAt: at }: WishedLimit): LimitOverride {
    return {
      limit,
      key: key ?? null,
      rule: { burst, count, period: seconds(periodSeconds) },
      startsAt: at === undefined ? startsAt : instant(Date.parse(at)),
    };
  }
}

const caOf = ({ name, limits, weight }: WishedCa): PlannedCa => ({
  name,
  home: name,
  accountUrl: null,
  accountId: "",
  limitSet: limits,
  overrides: [],
  weight,
  orders: fullBucket,
  mostOrdersInFlight: 64,
  outages: [],
});

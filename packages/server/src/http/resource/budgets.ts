import type { Bucket, Budget, Operations, Spent } from "@certmill/api";
import {
  days,
  effectiveLimit,
  hours,
  type Instant,
  instant,
  isLimitName,
  type Limit,
  type LimitName,
  type LimitOverride,
  refillTime,
  reserve,
  tokensLeft,
} from "@certmill/domain";
import type { Db } from "../../store/database.ts";
import {
  type BucketRow,
  countSpent,
  findBucket,
  listParked,
  listPaused,
  listTightest,
  listTopSpenders,
  type SpentByClass,
} from "../../store/read/budgets.ts";
import { type CaRow, listCas } from "../../store/read/cas.ts";
import { listOverrides } from "../../store/read/limits.ts";
import { decodeCursor, defaultLimit, encodeCursor, pageOf } from "../cursor.ts";
import { caState } from "../present/ca-state.ts";
import { instantText } from "../present/instant-text.ts";
import { builtInLimits, limitSetOfRow, overrideOf, presentRule } from "../present/limit-rules.ts";
import type { Handler } from "../routes.ts";
import { wantedCa } from "../wanted/wanted-ca.ts";

interface Tools {
  readonly db: Db;
  readonly now: () => Instant;
}

/** Items of each part that is a selection. */
const mostShown = 10;

const perDomain = "new-certificates-per-registered-domain";

export function listBudgetsHandler({ db, now }: Tools): Handler<Operations["listBudgets"]> {
  return async ({ query: { after, limit = defaultLimit, ca } }) => {
    const cursor = decodeCursor("budgets", 1, after)?.[0] ?? null;
    const cas =
      ca === undefined ? await listCas(db, { after: cursor, limit: limit + 1 }) : [await wantedCa(db, ca)];
    const page = pageOf(
      cas,
      limit,
      (each) => each,
      ({ name }) => encodeCursor("budgets", [name]),
    );
    const items: Budget[] = [];
    for (const each of page.items) items.push(await budgetOf(db, each, now()));
    return { status: 200, body: { items, next: page.next } };
  };
}

async function budgetOf(db: Db, ca: CaRow, now: Instant): Promise<Budget> {
  const overrides = (await listOverrides(db, [ca.id])).flatMap(overrideOf);
  const ruleFor = (limit: LimitName, key: string): Limit | null =>
    effectiveLimit({ builtIn: builtInLimits(ca), overrides, limit, key, now });
  const { count, names } = await listPaused(db, ca.id, mostShown);
  const parked = await listParked(db, ca.name, mostShown);
  return {
    ca: ca.name,
    default: ca.is_default,
    weight: ca.weight,
    limits: limitSetOfRow(ca),
    ...caState(ca, now),
    account: await accountBuckets(db, ca, ruleFor, now),
    spent: await spentOf(db, ca.id, now),
    tightest: await tightestOf(db, ca, { ruleFor, overrides, now }),
    paused: { count, names: [...names], sentence: pausedSentence(count) },
    parked: {
      lineages: parked.lineages,
      limits: parked.limits.flatMap(({ limit, key, lineages, next_at }) =>
        isLimitName(limit) ? [{ limit, key: shownKey(key, ca), lineages, nextAt: instantText(next_at) }] : [],
      ),
    },
  };
}

const pausedSentence = (count: number): string =>
  count === 0
    ? "The CA has paused no name."
    : `The CA has paused ${count === 1 ? "a name" : `${count} names`} after many failures. Correct what failed, unpause at the address that the domain's timeline tells, and try again.`;

/** What is left of the limits that count all we do there. */
export async function accountBudget(db: Db, ca: CaRow, now: Instant): Promise<Bucket[]> {
  const overrides = (await listOverrides(db, [ca.id])).flatMap(overrideOf);
  const ruleFor: RuleFor = (limit, key) =>
    effectiveLimit({ builtIn: builtInLimits(ca), overrides, limit, key, now });
  return accountBuckets(db, ca, ruleFor, now);
}

type RuleFor = (limit: LimitName, key: string) => Limit | null;

async function accountBuckets(db: Db, ca: CaRow, ruleFor: RuleFor, now: Instant): Promise<Bucket[]> {
  const { account_id: key } = ca;
  if (key === null) return [];
  const limit = "new-orders-per-account";
  const rule = ruleFor(limit, key);
  if (rule === null) return [];
  return [presentBucket(limit, rule, await findBucket(db, { caId: ca.id, limit, key }), now)];
}

/** Those with the least left, and of those that have as much left, the one that is full last. */
async function tightestOf(
  db: Db,
  ca: CaRow,
  { ruleFor, overrides, now }: { ruleFor: RuleFor; overrides: readonly LimitOverride[]; now: Instant },
): Promise<Budget["tightest"]> {
  const keys = overrides.flatMap(({ limit, key }) => (limit === perDomain && key !== null ? [key] : []));
  const common = ruleFor(perDomain, "");
  const refill = common === null ? 0 : refillTime(common);
  const rows = await listTightest(db, {
    caId: ca.home_id,
    limit: perDomain,
    refill,
    keys,
    most: mostShown,
    now,
  });
  return rows
    .flatMap((row) => {
      const rule = ruleFor(perDomain, row.key);
      return rule === null ? [] : [{ key: row.key, ...presentBucket(perDomain, rule, row, now) }];
    })
    .filter(({ fullAt }) => fullAt !== null)
    .sort((a, b) => a.left / a.burst - b.left / b.burst || String(b.fullAt).localeCompare(String(a.fullAt)))
    .slice(0, mostShown);
}

/** @param row null: it is full. */
function presentBucket(limit: LimitName, rule: Limit, row: BucketRow | null, now: Instant): Bucket {
  const bucket = { fullAt: row?.full_at ?? 0, reserved: row?.reserved ?? 0 };
  const left = Math.floor(tokensLeft(rule, bucket, now));
  const next = reserve(rule, bucket, now);
  const fullAt = Math.max(bucket.fullAt, now) + bucket.reserved * refillTime(rule);
  return {
    limit,
    left,
    reserved: bucket.reserved,
    ...presentRule(rule),
    nextAt: next.kind === "refused" ? instantText(next.retryAt) : null,
    fullAt: fullAt > now ? instantText(instant(Math.ceil(fullAt))) : null,
  };
}

async function spentOf(db: Db, caId: string, now: Instant): Promise<Budget["spent"]> {
  const since = { day: instant(now - hours(24)), week: instant(now - days(7)) };
  const classes = await countSpent(db, caId, since);
  const windowOf = async (window: "day" | "week"): Promise<Spent> => ({
    orders: classes.reduce((sum, each) => sum + each[window], 0),
    byClass: byClass(classes, window),
    top: await listTopSpenders(db, { caId, since: since[window], most: mostShown }),
  });
  return { day: await windowOf("day"), week: await windowOf("week") };
}

function byClass(classes: readonly SpentByClass[], window: "day" | "week"): Spent["byClass"] {
  const counted = { emergency: 0, interactive: 0, renewal: 0, campaign: 0 };
  for (const each of classes) counted[each.class] = each[window];
  return counted;
}

/** A failure's key begins with our account's id, which is nothing to an operator. */
const shownKey = (key: string, { account_id: accountId }: CaRow): string =>
  accountId !== null && key.startsWith(`${accountId}/`) ? key.slice(accountId.length + 1) : key;

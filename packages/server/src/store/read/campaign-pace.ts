import {
  type AccountAllowance,
  type CampaignPace,
  days,
  effectiveLimit,
  type Instant,
  instant,
  isLimitSetName,
  type LimitOverride,
  limitSets,
  milliseconds,
  tokensLeft,
} from "@certmill/domain";
import { type RawBuilder, sql } from "kysely";
import { type Db, timestamp } from "../database.ts";

/** Ended attempts that tell of a pace at most, those of all campaigns and renewals among them. */
const depth = 20_000;
const longestLook = days(1);

/**
 * The first attempts of a campaign that ended within the last day, and the time in which they did: since the campaign
 * began, or since the oldest of the newest issuances, where that is later. Index: issuance's key.
 */
export async function readObservedPace(
  db: Db,
  campaign: { readonly id: string; readonly createdAt: Instant },
  now: Instant,
): Promise<CampaignPace["observed"]> {
  const since = timestamp(instant(Math.max(now - longestLook, campaign.createdAt)));
  const { rows } = await sql<{ attempts: string; first_at: Instant | null }>`
    with newest as (
      select id, lineage_id, started_at, ended_at, class, state_kind from issuance order by id desc limit ${depth}
    )
    select
      (select count(*) from newest join lineage on lineage.id = newest.lineage_id
        where lineage.campaign_id = ${campaign.id} and newest.class = 'campaign' and newest.ended_at > ${since}
          and newest.state_kind <> 'cancelled'
          and not exists (select 1 from issuance earlier where earlier.lineage_id = newest.lineage_id
            and earlier.id < newest.id and earlier.state_kind <> 'cancelled')) as attempts,
      (select greatest(${since}::timestamptz, case when count(*) = ${depth} then min(started_at) end)
        from newest) as first_at`.execute(db);
  const [row] = rows;
  if (row === undefined || row.first_at === null || row.attempts === "0") return null;
  return { attempts: Number(row.attempts), over: milliseconds(now - row.first_at) };
}

interface AccountRow {
  ca_id: string;
  ca: string;
  account_id: string;
  limit_set: string;
  full_at: number | null;
  reserved: number | null;
}

interface OverrideRow {
  ca_id: string;
  key: string | null;
  burst: number;
  count: number;
  period_ms: string;
  starts_at: Instant;
}

const newOrders = "new-orders-per-account";

/** What the accounts may order that a campaign's orders may go to. @param caIds null: any CA of the pool. */
export async function readAllowances(
  db: Db,
  caIds: readonly string[] | null,
  now: Instant,
): Promise<readonly AccountAllowance[]> {
  const { rows } = await sql<AccountRow>`
    select ca.id as ca_id, ca.name as ca, account.id as account_id, ca.limit_set, bucket.full_at, bucket.reserved
    from ca join account on account.ca_id = ca.id
      left join bucket on bucket.ca_id = ca.id and bucket.limit_name = ${newOrders}
        and bucket.key = account.id::text
    where ${isAllowed(caIds)} order by ca.name`.execute(db);
  const { rows: overrides } = await sql<OverrideRow>`
    select ca_id, key, burst, count, period_ms, starts_at from limit_override
    where limit_name = ${newOrders} order by id`.execute(db);
  return rows.map((row) => {
    const ofCa = overrides.filter(({ ca_id }) => ca_id === row.ca_id);
    return allowance(row, ofCa, now);
  });
}

const isAllowed = (caIds: readonly string[] | null): RawBuilder<unknown> =>
  caIds === null ? sql`ca.weight > 0` : sql`ca.id = any(${[...caIds]}::bigint[])`;

function allowance(row: AccountRow, rows: readonly OverrideRow[], now: Instant): AccountAllowance {
  const overrides = rows.map(
    (each): LimitOverride => ({
      limit: newOrders,
      key: each.key,
      rule: { burst: each.burst, count: each.count, period: milliseconds(Number(each.period_ms)) },
      startsAt: each.starts_at,
    }),
  );
  const { ca, account_id: key, limit_set: set } = row;
  const { limits: builtIn, exemptsRenewals } = limitSets[isLimitSetName(set) ? set : "none"];
  const limitAt = (at: Instant) => effectiveLimit({ builtIn, overrides, limit: newOrders, key, now: at });
  const limit = limitAt(now);
  const bucket = { fullAt: row.full_at ?? 0, reserved: row.reserved ?? 0 };
  return {
    ca,
    limitAt,
    left: limit === null ? 0 : tokensLeft(limit, bucket, now),
    countsSecond: !exemptsRenewals,
  };
}

/** Orders of the last day for new domains and other campaigns; renewals are exempt as a rule. Index: the key. */
export async function readOthersOrders(
  db: Db,
  campaign: { readonly id: string; readonly caIds: readonly string[] | null },
  now: Instant,
): Promise<number> {
  const { rows } = await sql<{ orders: string | null }>`
    select sum(orders) as orders from spent_hour join ca on ca.id = spent_hour.ca_id
    where ${isAllowed(campaign.caIds)} and hour > ${timestamp(instant(now - longestLook))}
      and class in ('interactive', 'campaign') and spender <> ${`campaign ${campaign.id}`}`.execute(db);
  return Number(rows[0]?.orders ?? 0);
}

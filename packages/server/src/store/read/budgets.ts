/** What the ledger knows, for people. Not for a loop: each of these looks at more than one row by its key. */
import type { Instant, LimitName, WorkClass } from "@certmill/domain";
import { sql } from "kysely";
import { type Db, timestamp } from "../database.ts";

export interface BucketRow {
  readonly key: string;
  readonly full_at: number;
  readonly reserved: number;
}

/** One bucket; null: it is full. Index: the primary key. */
export async function findBucket(
  db: Db,
  bucket: { readonly caId: string; readonly limit: LimitName; readonly key: string },
): Promise<BucketRow | null> {
  const row = await db
    .selectFrom("bucket")
    .select(["key", "full_at", "reserved"])
    .where("ca_id", "=", bucket.caId)
    .where("limit_name", "=", bucket.limit)
    .where("key", "=", bucket.key)
    .executeTakeFirst();
  return row ?? null;
}

/**
 * The buckets of one limit that lack most, and those of `keys`, which have a rule of their own.
 *
 * @param request.refill of the rule that all the others have, in milliseconds.
 */
export async function listTightest(
  db: Db,
  request: {
    readonly caId: string;
    readonly limit: LimitName;
    readonly refill: number;
    readonly keys: readonly string[];
    readonly most: number;
    readonly now: Instant;
  },
): Promise<BucketRow[]> {
  const { caId, limit, refill, keys, most, now } = request;
  const { rows } = await sql<BucketRow>`
    with lacking as (
      select key, full_at, reserved from bucket
      where ca_id = ${caId} and limit_name = ${limit} and (full_at > ${now} or reserved > 0)
    )
    (select * from lacking where key <> all(${[...keys]}::text[])
      order by greatest(full_at, ${now}) + reserved * ${refill}::float8 desc, key limit ${most})
    union all
    select * from lacking where key = any(${[...keys]}::text[])`.execute(db);
  return rows;
}

export interface SpentByClass {
  readonly class: WorkClass;
  readonly day: number;
  readonly week: number;
}

/** Orders planned in the last 24 hours and 7 days. Index: the primary key. */
export async function countSpent(db: Db, caId: string, since: SpentSince): Promise<SpentByClass[]> {
  const { rows } = await sql<{ class: WorkClass; day: string | null; week: string }>`
    select class, sum(orders) filter (where hour >= ${timestamp(since.day)}) as day, sum(orders) as week
    from spent_hour where ca_id = ${caId} and hour >= ${timestamp(since.week)} group by class`.execute(db);
  return rows.map((row) => ({ class: row.class, day: Number(row.day ?? 0), week: Number(row.week) }));
}

export interface SpentSince {
  readonly day: Instant;
  readonly week: Instant;
}

export interface TopSpender {
  /** As in spent_hour.spender. */
  readonly kind: "tenant" | "campaign" | "nobody";
  /** null: for `nobody`, or it is there no more. */
  readonly name: string | null;
  readonly orders: number;
}

/** Who had most orders planned since then, the greatest first. Index: the primary key. */
export async function listTopSpenders(
  db: Db,
  request: { readonly caId: string; readonly since: Instant; readonly most: number },
): Promise<TopSpender[]> {
  const { caId, since, most } = request;
  const { rows } = await sql<{
    spender: string;
    tenant: string | null;
    campaign: string | null;
    orders: string;
  }>`
    with top as (
      select spender, sum(orders) as orders from spent_hour
      where ca_id = ${caId} and hour >= ${timestamp(since)}
      group by spender order by sum(orders) desc, spender limit ${most}
    )
    select spender, orders,
      (select name from tenant where spender = 'tenant ' || id) as tenant,
      (select name from campaign where spender = 'campaign ' || id) as campaign
    from top order by orders desc, spender`.execute(db);
  return rows.map(({ spender, tenant, campaign, orders }) => ({
    kind: spender.startsWith("tenant ") ? "tenant" : spender.startsWith("campaign ") ? "campaign" : "nobody",
    name: tenant ?? campaign,
    orders: Number(orders),
  }));
}

/** Names that the CA has paused, and the first of them. */
export async function listPaused(
  db: Db,
  caId: string,
  most: number,
): Promise<{ readonly count: number; readonly names: readonly string[] }> {
  const { rows } = await sql<{ name: string; count: string }>`
    select names[1] as name, count(*) over () as count from lineage
    where ca_id = ${caId} and failure_code = 'name-paused' and state <> 'removed'
    order by names[1] limit ${most}`.execute(db);
  return { count: Number(rows[0]?.count ?? 0), names: rows.map(({ name }) => name) };
}

export interface ParkedRow {
  readonly limit: string;
  readonly key: string;
  readonly lineages: number;
  readonly next_at: Instant;
}

/** For which limits of a CA lineages are parked, where most wait first. Index: `queue_parked`. */
export async function listParked(
  db: Db,
  ca: string,
  most: number,
): Promise<{ readonly lineages: number; readonly limits: readonly ParkedRow[] }> {
  const prefix = `${ca} `;
  const { rows } = await sql<{ parked_for: string; lineages: string; next_at: Instant; total: string }>`
    select parked_for, count(*) as lineages, min(parked_until) as next_at, sum(count(*)) over () as total
    from queue where parked_until is not null and starts_with(parked_for, ${prefix})
    group by parked_for order by count(*) desc, parked_for limit ${most}`.execute(db);
  return {
    lineages: Number(rows[0]?.total ?? 0),
    limits: rows.map(({ parked_for, lineages, next_at }) => {
      const [, limit = "", ...key] = parked_for.split(" ");
      return { limit, key: key.join(" "), lineages: Number(lineages), next_at };
    }),
  };
}

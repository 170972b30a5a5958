import { type Instant, instant, minutes, type ReplacementPlan } from "@certmill/domain";
import { sql } from "kysely";
import { type Db, timestamp } from "../database.ts";
import type { ReplacementState } from "../schema/replacement.ts";
import type { Selection } from "./selection.ts";

export interface ReplacementRow {
  readonly id: string;
  readonly state: ReplacementState;
  readonly selection: Selection;
  readonly reason: string;
  readonly then_revoke: boolean;
  readonly refuses_keys: boolean;
  readonly created_by: string;
  readonly created_at: Instant;
  readonly started_at: Instant | null;
  readonly ended_at: Instant | null;
  readonly size: number;
  /** Whether all certificates have been gone through. */
  readonly is_chosen: boolean;
  readonly plan: ReplacementPlan | null;
}

const selectReplacements = (db: Db) =>
  db
    .selectFrom("replacement")
    .select([
      "id",
      "state",
      "reason",
      "then_revoke",
      "refuses_keys",
      "created_by",
      "created_at",
      "started_at",
    ])
    .select(["ended_at", "size", "plan"])
    .select(sql<Selection>`selection`.as("selection"))
    .select(sql<boolean>`looked_to >= look_until`.as("is_chosen"));

export async function findReplacement(db: Db, id: string): Promise<ReplacementRow | null> {
  return (await selectReplacements(db).where("id", "=", id).executeTakeFirst()) ?? null;
}

/** The newest first. */
export async function listReplacements(
  db: Db,
  page: { readonly before: string | null; readonly limit: number },
): Promise<ReplacementRow[]> {
  return selectReplacements(db)
    .$if(page.before !== null, (query) => query.where("id", "<", page.before))
    .orderBy("id", "desc")
    .limit(page.limit)
    .execute();
}

/** Of the certificates chosen so far; each is in one of these. */
export interface ReplacementCounts {
  readonly replaced: number;
  /** Due, in line or in flight. */
  readonly underway: number;
  /** Their last attempt failed; most are tried again. */
  readonly failing: number;
  /** Their turn has not come. */
  readonly waiting: number;
  /** Removed, or gone from here, before they were replaced. */
  readonly dropped: number;
}

/** Looks at all of its certificates. Index: the key. */
export async function countReplacement(db: Db, id: string): Promise<ReplacementCounts> {
  const { rows } = await sql<Record<keyof ReplacementCounts, string>>`
    select item.replaced, item.waiting, open.dropped, open.failing,
      item.released - open.dropped - open.failing as underway
    from (select count(*) filter (where replaced_at is not null) as replaced,
        count(*) filter (where replaced_at is null and released_at is null) as waiting,
        count(*) filter (where replaced_at is null and released_at is not null) as released
      from replacement_item where replacement_id = ${id}) item,
      (select count(*) filter (where state in ('removed', 'moved')) as dropped,
        count(*) filter (where state not in ('removed', 'moved') and failing_since is not null) as failing
      from replacement_item item join lineage on lineage.id = item.lineage_id
      where replacement_id = ${id} and replaced_at is null and released_at is not null) open`.execute(db);
  const [row] = rows;
  return {
    replaced: Number(row?.replaced ?? 0),
    underway: Number(row?.underway ?? 0),
    failing: Number(row?.failing ?? 0),
    waiting: Number(row?.waiting ?? 0),
    dropped: Number(row?.dropped ?? 0),
  };
}

const seenOver = minutes(30);
/** Less would mistake a burst for the pace. */
const leastSeen = minutes(3);

/** Certificates replaced in a day at the pace of the last half hour; null: it is too early to tell. Index: `replacement_item_replaced`. */
export async function readReplacedPerDay(
  db: Db,
  { id, startedAt }: { readonly id: string; readonly startedAt: Instant },
  now: Instant,
): Promise<number | null> {
  const since = instant(Math.max(startedAt, now - seenOver));
  if (now - since < leastSeen) return null;
  const { rows } = await sql<{ count: string }>`
    select count(*) from replacement_item
    where replacement_id = ${id} and replaced_at > ${timestamp(since)}`.execute(db);
  const count = Number(rows[0]?.count ?? 0);
  return count === 0 ? null : Math.round((count * 86_400_000) / (now - since));
}

/** Of what is to be revoked once it is replaced, by state. Index: `revocation_by_replacement`. */
export async function countRevocations(db: Db, replacementId: string) {
  const { rows } = await sql<{ revoked: string; failed: string; waiting: string }>`
    select count(*) filter (where state = 'revoked') as revoked, count(*) filter (where state = 'failed') as failed,
      count(*) filter (where state in ('waiting', 'due')) as waiting
    from revocation where replacement_id = ${replacementId}`.execute(db);
  const [row] = rows;
  return {
    revoked: Number(row?.revoked ?? 0),
    failed: Number(row?.failed ?? 0),
    waiting: Number(row?.waiting ?? 0),
  };
}

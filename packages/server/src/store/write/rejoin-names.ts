import type { Instant } from "@certmill/domain";
import { type RawBuilder, sql } from "kysely";
import { type Db, timestamp } from "../database.ts";

/** Names that are tried again in one go. */
const mostAtOnce = 100;

/**
 * Makes certificates due for all their names again, where some have been left out for a day and nothing is under way.
 * Until one is issued the names count as ones that have failed enough: one failure leaves them out again.
 *
 * @param which.lineageId that one only, as its names are right now; null: whichever is due. Index: `lineage_rejoining`.
 */
export async function rejoinNames(
  db: Db,
  which: { readonly lineageId: string | null; readonly now: Instant },
): Promise<void> {
  const at = timestamp(which.now);
  const only: RawBuilder<unknown> = which.lineageId === null ? sql`true` : sql`id = ${which.lineageId}`;
  await sql`
    with due as (
      select id from lineage
      where rejoin_at <= ${at} and ${only} and state = 'active' and all_names is not null
        and not exists (select 1 from issuance where lineage_id = lineage.id and ended_at is null)
        and not exists (select 1 from queue where lineage_id = lineage.id)
      order by rejoin_at limit ${mostAtOnce} for no key update skip locked
    ), rejoining as (
      update lineage set names = all_names, rejoin_at = null, wake_at = ${at},
        suspects = (select jsonb_object_agg(name, ${enough}::int) from unnest(all_names) as name where name <> all(lineage.names))
      from due where lineage.id = due.id returning lineage.id
    )
    select count(pg_notify('certmill_work', 'line')) from rejoining`.execute(db);
}

/** Failures with which a name is left out at the next: more than the setting can say. */
export const enough = 1_000_000;

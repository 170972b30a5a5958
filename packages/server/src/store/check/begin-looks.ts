/** What is alive is looked at once a day from when checks are turned on. */
import { type Instant, minutes } from "@certmill/domain";
import { sql } from "kysely";
import { type Db, timestamp } from "../database.ts";

const atOnce = 5_000;
/** The first looks are spread over a day by the lineage's id. */
const parts = 1_440;

/** Gives those a next check that have none; again and again it finds nothing to do. */
export async function beginLooks(db: Db, now: Instant): Promise<void> {
  for (let last = "0"; ; ) {
    const { rows } = await sql<{ last: string | null }>`
      with page as (
        select id, state, twin_of from lineage where id > ${last} order by id limit ${atOnce}
      ), begun as (
        insert into lineage_check (lineage_id, wake_at, rank)
        select page.id, ${timestamp(now)}::timestamptz + page.id % ${sql.lit(parts)} * ${minutes(1)} * interval '1 millisecond', 2
        from page left join lineage_check on lineage_check.lineage_id = page.id
        where page.state in ('active', 'failing', 'failed', 'moved') and lineage_check.wake_at is null and twin_of is null
        on conflict (lineage_id) do update set wake_at = excluded.wake_at, rank = excluded.rank
      )
      select max(id) as last from page`.execute(db);
    const next = rows[0]?.last ?? null;
    if (next === null) return;
    last = next;
  }
}

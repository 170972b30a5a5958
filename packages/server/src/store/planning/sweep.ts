import { days, hours, type Instant, instant, minutes } from "@certmill/domain";
import { sql } from "kysely";
import { type Db, timestamp } from "../database.ts";

const every = minutes(10);
const spendersKept = days(90);
const demandsKept = hours(1);
/** Buckets in one sweep: a fleet of a million empties as many in a week. */
const mostBuckets = 5_000;

/**
 * Removes what says nothing any more: buckets that are full again, flows that are behind their class,
 * and who spent the budget long ago, what handshakes began over an hour ago. Indexes: `bucket_stale`, `spent_hour_by_age`, `demand_by_age`.
 */
export async function sweep(trx: Db, now: Instant): Promise<void> {
  const { rows } = await sql`
    update planner set swept_at = ${timestamp(now)}
    where swept_at < ${timestamp(instant(now - every))} returning 1`.execute(trx);
  if (rows.length === 0) return;
  await sql`
    delete from bucket where (ca_id, limit_name, key) in (
      select ca_id, limit_name, key from bucket
      where reserved = 0 and full_at < ${now} and promised_until < ${now} order by full_at limit ${mostBuckets}
    )`.execute(trx);
  await sql`
    delete from flow using class_turn where flow.class = class_turn.class and flow.turn <= class_turn.turn`.execute(
    trx,
  );
  await sql`
    delete from demand where since < ${timestamp(instant(now - demandsKept))}`.execute(trx);
  await sql`
    delete from spent_hour where hour < ${timestamp(instant(now - spendersKept))}`.execute(trx);
}

import { days, type Instant, instant } from "@certmill/domain";
import { sql } from "kysely";
import { type Db, timestamp } from "../database.ts";

/** No certificate's end is near before that; those whose end is are emergencies (domain's work-class.ts). */
const most = days(3);

/** Certificates to be served whose end is near: their renewal has been failing for long. Index: `renewal_ending`. */
export async function countEnding(db: Db, now: Instant): Promise<number> {
  const { rows } = await sql<{ count: number }>`
    select count(*)::int as count from renewal
    where not_after <= ${timestamp(instant(now + most))} and not_after - (not_after - not_before) / 6 <= ${timestamp(now)}`.execute(
    db,
  );
  return rows[0]?.count ?? 0;
}

/** Certificates to be served. Counted over the whole fleet: for a person's look, not for a loop. */
export async function countServed(db: Db): Promise<number> {
  const { rows } = await sql<{ count: number }>`select count(*)::int as count from renewal`.execute(db);
  return rows[0]?.count ?? 0;
}

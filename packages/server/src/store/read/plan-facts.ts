import type { Instant } from "@certmill/domain";
import { sql } from "kysely";
import { type Db, timestamp } from "../database.ts";

export interface FleetLoad {
  /** Orders for new domains that are no campaign's, since `since`. */
  readonly newOrders: number;
  /** A day, of the certificates that are served now: each when two thirds of its lifetime are over. */
  readonly renewalsPerDay: number;
}

/** What the CAs' limits are spent on beside a list. Counted over the whole fleet: for a person's look, not for a loop. */
export async function readFleetLoad(db: Db, since: Instant): Promise<FleetLoad> {
  const { rows } = await sql<{ new_orders: string; renewals: number | null }>`
    select
      (select coalesce(sum(orders), 0) from spent_hour
        where class = 'interactive' and hour >= ${timestamp(since)}) as new_orders,
      (select sum(86400 * 1.5 / extract(epoch from certificate.not_after - certificate.not_before))::float8
        from lineage join certificate on certificate.id = lineage.certificate_id
        where lineage.state <> 'removed' and certificate.not_after > certificate.not_before) as renewals
  `.execute(db);
  const [row] = rows;
  return { newOrders: Number(row?.new_orders ?? 0), renewalsPerDay: row?.renewals ?? 0 };
}

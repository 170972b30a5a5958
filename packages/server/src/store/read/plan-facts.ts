import type { Instant } from "@certmill/domain";
import { sql } from "kysely";
import { type Db, timestamp } from "../database.ts";

export interface FleetLoad {
  /** Orders for new domains that are no campaign's, since `since`. */
  readonly newOrders: number;
  /** A day, of the certificates that are served now: each when two thirds of its lifetime are over. */
  readonly renewalsPerDay: number;
}

/**
 * Whether domains that do not say have a pair: as their tenant has it, else their edge group.
 *
 * @returns null when there is no such edge group. A tenant that is not there yet has said nothing.
 */
export async function readUsualPairing(
  db: Db,
  { tenant, edgeGroup }: { readonly tenant: string | null; readonly edgeGroup: string },
): Promise<boolean | null> {
  const group = await db
    .selectFrom("edge_group")
    .select("paired")
    .where("name", "=", edgeGroup)
    .executeTakeFirst();
  if (group === undefined) return null;
  const said =
    tenant === null
      ? undefined
      : await db.selectFrom("tenant").select("paired").where("name", "=", tenant).executeTakeFirst();
  return said?.paired ?? group.paired;
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

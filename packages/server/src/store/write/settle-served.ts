import type { Instant } from "@certmill/domain";
import { sql } from "kysely";
import { type Db, timestamp } from "../database.ts";
import { isAlive, isUndelivered, needed, servedNow } from "../served-sql.ts";

/** In one call: what is left comes with the next. */
const most = 10_000;

/**
 * Certificates that are served as their group's rule wants without one more receipt: an edge that they waited for was
 * removed or has been dead for a while, or the rule has changed. A group whose edges were all removed waits for nothing;
 * one whose edges are all dead waits for the first that comes back. Index: `lineage_undelivered`.
 *
 * @param of.edgeGroupId null: all groups that wait for more than one edge, and have one that is dead.
 * @returns how many.
 */
export async function settleServed(
  db: Db,
  of: { readonly edgeGroupId: string | null; readonly now: Instant },
): Promise<number> {
  const { edgeGroupId, now } = of;
  const groups =
    edgeGroupId === null
      ? sql`served_when <> 'any' and exists (
          select from edge where edge.edge_group_id = edge_group.id and not (${isAlive(now)}))`
      : sql`edge_group.id = ${edgeGroupId}`;
  const { rows } = await sql`
    with rule as (
      select edge_group.id, served_when, count(edge.id) as alive, ${needed} as needed,
        exists (select from edge known where known.edge_group_id = edge_group.id) as has_edges
      from edge_group left join edge on edge.edge_group_id = edge_group.id and ${isAlive(now)}
      where ${groups} group by edge_group.id
    ), ready as (
      select lineage.id from lineage join rule on rule.id = lineage.edge_group_id
      where ${isUndelivered} and (not rule.has_edges or rule.alive > 0) and (
        not rule.has_edges or rule.needed <= (
          select count(*) from delivery join edge on edge.id = delivery.edge_id
          where delivery.lineage_id = lineage.id and delivery.certificate_id = lineage.certificate_id
            and delivery.error is null and ${isAlive(now)}))
      order by lineage.id limit ${most} for no key update of lineage skip locked
    ), served as (
      update lineage set ${servedNow(now)} from ready, rule
      where lineage.id = ready.id and rule.id = lineage.edge_group_id
      returning lineage.id, lineage.certificate_id, rule.served_when, rule.alive
    ), told as (
      insert into event (at, kind, lineage_id, detail)
      select ${timestamp(now)}, 'certificate.served', id,
        jsonb_build_object('certificateId', certificate_id::text, 'rule', served_when, 'edges', alive)
      from served
    )
    select id from served`.execute(db);
  return rows.length;
}

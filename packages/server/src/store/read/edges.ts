/** The edges there are, and how far behind they are. */
import type { Instant } from "@certmill/domain";
import { sql } from "kysely";
import type { Db } from "../database.ts";
import { isAlive } from "../served-sql.ts";

/** An edge with a key of its own, as its requests are judged by. */
export interface KeyedEdge {
  readonly id: string;
  readonly name: string;
  readonly edge_group_id: string;
  /** Ed25519, 32 bytes. */
  readonly public_key: Uint8Array;
  readonly last_seen_at: Instant;
  readonly version: string | null;
  /** This installation's id: whom the edge's tokens are to be for. */
  readonly installation: string;
}

/** Those of these ids that there are and that have a key, by id. Index: the id's. */
export async function findKeyedEdges(
  db: Db,
  ids: readonly string[],
): Promise<ReadonlyMap<string, KeyedEdge>> {
  const { rows } = await sql<KeyedEdge>`
    select edge.id, edge.name, edge_group_id, public_key, last_seen_at, version, installation.id as installation
    from edge, installation where edge.id = any(${[...ids]}::bigint[]) and public_key is not null`.execute(
    db,
  );
  return new Map(rows.map((row) => [row.id, row]));
}

export interface EdgeRow {
  readonly id: string;
  readonly name: string;
  readonly group: string;
  readonly last_seen_at: Instant;
  readonly alive: boolean;
  /** Since when it has a key of its own; null: it has none. */
  readonly joined_at: Instant | null;
  readonly version: string | null;
  /** Current certificates of its group that it has not said it serves. */
  readonly behind: string;
  /** Pairs of which it has said that it serves one certificate, and not the other. */
  readonly half_pairs: string;
}

/** The page's edges by id. What their groups have is counted once for each group, and halves only where there are pairs. */
export async function listEdges(
  db: Db,
  filter: { readonly name: string | null; readonly group: string | null },
  page: { readonly after: string; readonly limit: number; readonly now: Instant },
): Promise<EdgeRow[]> {
  const { rows } = await sql<EdgeRow>`
    with listed as (
      select edge.id, edge.name, edge.edge_group_id, edge_group.name as "group", last_seen_at,
        ${isAlive(page.now)} as alive, joined_at, version, takes_twins
      from edge join edge_group on edge_group.id = edge.edge_group_id
      where edge.id > ${page.after}
        and ${filter.name === null ? sql`true` : sql`edge.name = ${filter.name}`}
        and ${filter.group === null ? sql`true` : sql`edge_group.name = ${filter.group}`}
      order by edge.id limit ${page.limit}
    ), wanted as (
      select lineage.edge_group_id, count(*) filter (where twin_of is null) as certificates,
        count(twin_of) as twins
      from lineage
      where edge_group_id in (select edge_group_id from listed) and certificate_id is not null and state <> 'removed'
      group by 1
    )
    select listed.id, name, "group", last_seen_at, alive, joined_at, version,
      coalesce(wanted.certificates, 0) + case when takes_twins then coalesce(wanted.twins, 0) else 0 end - (
        select count(*) from delivery
          join lineage on lineage.id = delivery.lineage_id and lineage.certificate_id = delivery.certificate_id
        where delivery.edge_id = listed.id and delivery.error is null and lineage.state <> 'removed'
          and (takes_twins or twin_of is null)
      ) as behind,
      case when coalesce(wanted.twins, 0) = 0 then 0 else (
        select count(*) from (
          select from delivery join lineage on lineage.id = delivery.lineage_id
          where delivery.edge_id = listed.id and delivery.error is null and lineage.state <> 'removed'
            and (twin_of is not null or exists (
              select from lineage twin
              where twin.twin_of = lineage.id and twin.certificate_id is not null and twin.state <> 'removed'))
          group by coalesce(twin_of, lineage.id) having count(*) = 1
        ) half
      ) end as half_pairs
    from listed left join wanted on wanted.edge_group_id = listed.edge_group_id
    order by listed.id`.execute(db);
  return rows;
}

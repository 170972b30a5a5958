import { type Duration, type Instant, instant, seconds } from "@certmill/domain";
import { sql } from "kysely";
import { type Db, timestamp } from "../database.ts";

/** An edge asks all the time; that it does is written down no more often than this. */
const noteEvery: Duration = seconds(10);

/**
 * Notes that an edge with a bearer token of its group was heard of.
 *
 * @returns its id; null: the group's edge of this name has a key of its own, so that this is not that one.
 */
export async function seeEdge(
  db: Db,
  edge: { readonly edgeGroupId: string; readonly name: string; readonly now: Instant },
): Promise<string | null> {
  const { edgeGroupId, name, now } = edge;
  const { rows } = await sql<{ id: string; has_key: boolean }>`
    with known as (
      select id, public_key is not null as has_key, last_seen_at from edge
      where edge_group_id = ${edgeGroupId} and name = ${name}
    ), seen as (
      insert into edge (edge_group_id, name, last_seen_at) select ${edgeGroupId}, ${name}, ${timestamp(now)}
      where not exists (select from known where has_key or last_seen_at > ${lately(now)})
      on conflict (edge_group_id, name) do update set last_seen_at = excluded.last_seen_at
        where edge.public_key is null
      returning id
    )
    select id, has_key from known union all select id, false from seen limit 1`.execute(db);
  const [row] = rows;
  return row === undefined || row.has_key ? null : row.id;
}

/** Notes that an edge with a key of its own was heard of, and which program it runs. */
export async function seeKeyedEdge(
  db: Db,
  edge: { readonly id: string; readonly last_seen_at: Instant; readonly version: string | null },
  seen: { readonly version: string | null; readonly now: Instant },
): Promise<void> {
  const version = seen.version ?? edge.version;
  if (edge.last_seen_at > seen.now - noteEvery && version === edge.version) return;
  await db
    .updateTable("edge")
    .set({ last_seen_at: timestamp(seen.now), version })
    .where("id", "=", edge.id)
    .execute();
}

const lately = (now: Instant): Date => timestamp(instant(now - noteEvery));

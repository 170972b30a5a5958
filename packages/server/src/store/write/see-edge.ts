import { type Duration, type Instant, instant, seconds } from "@certmill/domain";
import { sql } from "kysely";
import { type Db, timestamp } from "../database.ts";
import type { KeyedEdge } from "../read/edges.ts";

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

/** An edge with a key of its own that was heard of, and the program it runs; null: it has not said. */
export interface SeenEdge {
  readonly id: string;
  readonly version: string | null;
}

/** Whether that it was heard of is written down well enough. */
export const isSeenLately = (
  { edge, version }: { readonly edge: KeyedEdge; readonly version: string | null },
  now: Instant,
): boolean => edge.last_seen_at > now - noteEvery && (version ?? edge.version) === edge.version;

/** Notes that edges with keys of their own were heard of. One that is being changed just now is passed over, not waited for. */
export async function seeKeyedEdges(db: Db, seen: readonly SeenEdge[], now: Instant): Promise<void> {
  const ids = seen.map(({ id }) => id);
  const versions = seen.map(({ version }) => version);
  await sql`
    with free as (select id from edge where id = any(${ids}::bigint[]) for no key update skip locked)
    update edge set last_seen_at = ${timestamp(now)}, version = coalesce(seen.version, edge.version)
    from free join unnest(${ids}::bigint[], ${versions}::text[]) as seen (id, version) using (id)
    where edge.id = free.id`.execute(db);
}

/** Notes whether an edge takes twins, as it says with a snapshot. */
export async function noteTwins(
  db: Db,
  edge: { readonly id: string; readonly takesTwins: boolean },
): Promise<void> {
  await db
    .updateTable("edge")
    .set({ takes_twins: edge.takesTwins })
    .where("id", "=", edge.id)
    .where("takes_twins", "<>", edge.takesTwins)
    .execute();
}

const lately = (now: Instant): Date => timestamp(instant(now - noteEvery));

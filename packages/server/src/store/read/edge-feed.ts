import type { Instant } from "@certmill/domain";
import { sql } from "kysely";
import type { Db } from "../database.ts";
import type { LineageState } from "../schema/lineage.ts";
import { type FeedPosition, following, type Horizon, isKnown, selectHorizon } from "./feed-position.ts";

/** A lineage that edges must look at again, as it stands now. */
export interface ChangedLineage {
  readonly lineage_id: string;
  readonly names: string[];
  /** Of which lineage it is the twin; null: of none. */
  readonly twin_of: string | null;
  readonly state: LineageState;
  readonly certificate_id: string | null;
  readonly serial: string | null;
  readonly not_after: Instant | null;
}

export type FeedPart =
  | {
      readonly kind: "changes";
      readonly changes: readonly ChangedLineage[];
      readonly end: FeedPosition;
      /** Whether there may be more after `end`, because of the limit. */
      readonly isCut: boolean;
    }
  /** The position is of another installation, or of a future that a backup has undone. */
  | { readonly kind: "unknown-position" };

type FeedRow = ChangedLineage & { readonly xact: string; readonly id: string };
/** Nothing has changed: the horizon is there alone. */
type NoRow = { readonly id: null };

/**
 * What has changed for an edge group after `after`: each lineage once, in the order of its last change among
 * the first `limit` events. An event says only that there is something new; what it is comes from the
 * lineage, so an edge that is behind goes straight to the newest. One statement, as thousands of edges ask. Index: `event_feed`.
 */
export async function readEdgeFeed(
  db: Db,
  request: { edgeGroupId: string; twins: boolean; after: FeedPosition; limit: number },
): Promise<FeedPart> {
  const { edgeGroupId, twins, after, limit } = request;
  const { rows: read } = await sql<Horizon & (FeedRow | NoRow)>`
    with horizon as (${selectHorizon})
    select horizon.*, changed.* from horizon left join lateral (
      select event.xact::text, event.id, lineage.id as lineage_id, lineage.names, lineage.twin_of,
        lineage.state, certificate.id as certificate_id, certificate.serial, certificate.not_after
      from event
        join lineage on lineage.id = event.lineage_id
        left join certificate on certificate.id = lineage.certificate_id
      where event.edge_group_id = ${edgeGroupId} and ${following(after)} and event.xact < horizon.low::xid8
        and (${twins} or lineage.twin_of is null)
      order by event.xact, event.id limit ${limit}
    ) changed on true`.execute(db);
  const [horizon] = read;
  if (horizon === undefined) throw new Error("The table installation has lost its row.");
  if (!isKnown(after, horizon)) return { kind: "unknown-position" };
  const rows = read.filter((row): row is Horizon & FeedRow => row.id !== null);
  const last = rows.at(-1);
  const isCut = rows.length === limit;
  // The event told last, not the horizon: those who have been told the same stand at the same place, whenever they asked.
  const end =
    last === undefined ? after : { installation: horizon.installation, xact: last.xact, id: last.id };
  const newest = new Map<string, ChangedLineage>();
  for (const row of rows) {
    newest.delete(row.lineage_id);
    newest.set(row.lineage_id, row);
  }
  return { kind: "changes", changes: [...newest.values()], end, isCut };
}

export interface ServedLineage {
  readonly lineage_id: string;
  readonly names: string[];
  readonly twin_of: string | null;
  readonly certificate_id: string;
  readonly serial: string;
  readonly not_after: Instant;
}

/** What the edge group is to serve, by lineage id. Index: `lineage_served`. */
export async function listServed(
  db: Db,
  request: { edgeGroupId: string; twins: boolean; after: string; limit: number },
): Promise<ServedLineage[]> {
  return db
    .selectFrom("lineage")
    .innerJoin("certificate", "certificate.id", "lineage.certificate_id")
    .select([
      "lineage.id as lineage_id",
      "lineage.names",
      "lineage.twin_of",
      "certificate.id as certificate_id",
      "certificate.serial",
      "certificate.not_after",
    ])
    .where("lineage.edge_group_id", "=", request.edgeGroupId)
    .where("lineage.state", "<>", "removed")
    .where("lineage.id", ">", request.after)
    .$if(!request.twins, (query) => query.where("lineage.twin_of", "is", null))
    .orderBy("lineage.id")
    .limit(request.limit)
    .execute();
}

import type { Instant } from "@certmill/domain";
import { sql } from "kysely";
import type { Db } from "../database.ts";
import type { LineageState } from "../schema/lineage.ts";
import { type FeedPosition, following, forwardTo, isKnown, readHorizon } from "./feed-position.ts";

/** A lineage that edges must look at again, as it stands now. */
export interface ChangedLineage {
  readonly lineage_id: string;
  readonly names: string[];
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

/**
 * What has changed for an edge group after `after`: each lineage once, in the order of its last change among
 * the first `limit` events. An event says only that there is something new; what it is comes from the
 * lineage, so an edge that is behind goes straight to the newest. Index: `event_feed`.
 */
export async function readEdgeFeed(
  db: Db,
  request: { edgeGroupId: string; after: FeedPosition; limit: number },
): Promise<FeedPart> {
  const { edgeGroupId, after, limit } = request;
  const horizon = await readHorizon(db);
  if (!isKnown(after, horizon)) return { kind: "unknown-position" };
  const { rows } = await sql<ChangedLineage & { xact: string; id: string }>`
    select event.xact::text, event.id, lineage.id as lineage_id, lineage.names, lineage.state,
      certificate.id as certificate_id, certificate.serial, certificate.not_after
    from event
      join lineage on lineage.id = event.lineage_id
      left join certificate on certificate.id = lineage.certificate_id
    where event.edge_group_id = ${edgeGroupId} and ${following(after, horizon)}
    order by event.xact, event.id limit ${limit}`.execute(db);
  const last = rows.at(-1);
  const isCut = rows.length === limit;
  const end =
    last !== undefined && isCut
      ? { installation: horizon.installation, xact: last.xact, id: last.id }
      : forwardTo(horizon, after);
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
  readonly certificate_id: string;
  readonly serial: string;
  readonly not_after: Instant;
}

/** What the edge group is to serve, by lineage id. Index: `lineage_served`. */
export async function listServed(
  db: Db,
  request: { edgeGroupId: string; after: string; limit: number },
): Promise<ServedLineage[]> {
  return db
    .selectFrom("lineage")
    .innerJoin("certificate", "certificate.id", "lineage.certificate_id")
    .select([
      "lineage.id as lineage_id",
      "lineage.names",
      "certificate.id as certificate_id",
      "certificate.serial",
      "certificate.not_after",
    ])
    .where("lineage.edge_group_id", "=", request.edgeGroupId)
    .where("lineage.state", "<>", "removed")
    .where("lineage.id", ">", request.after)
    .orderBy("lineage.id")
    .limit(request.limit)
    .execute();
}

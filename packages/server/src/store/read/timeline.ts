import type { Instant } from "@certmill/domain";
import { sql } from "kysely";
import type { Db } from "../database.ts";
import { withTwins } from "../twins.ts";
import { atHorizon, type FeedPosition, following, forwardTo, isKnown, readHorizon } from "./feed-position.ts";

export interface TimelineRow {
  readonly at: Instant;
  readonly kind: string;
  readonly duration_ms: string | null;
  readonly detail: Record<string, unknown>;
  /** Whether it is about the lineage's twin. */
  readonly of_twin: boolean;
}

/** The newest `limit` events of a lineage and its twins, the oldest of them first. Indexes: `event_by_lineage`, `lineage_twins`. */
export async function readTimeline(db: Db, lineageId: string, limit: number): Promise<TimelineRow[]> {
  const { rows } = await sql<TimelineRow>`
    select at, kind, duration_ms, detail, lineage_id <> ${lineageId} as of_twin from event
    where lineage_id = ${withTwins(lineageId)} order by id desc limit ${limit}`.execute(db);
  return rows.reverse();
}

export interface HistoryRow extends TimelineRow {
  readonly id: string;
  readonly issuance_id: string | null;
}

/** The newest first, from the one before `before` (null: the last); its twins' among them. Indexes: the same. */
export async function listTimeline(
  db: Db,
  lineageId: string,
  page: { readonly before: string | null; readonly limit: number },
): Promise<HistoryRow[]> {
  const { before, limit } = page;
  const { rows } = await sql<HistoryRow>`
    select id, at, kind, duration_ms, detail, issuance_id, lineage_id <> ${lineageId} as of_twin from event
    where lineage_id = ${withTwins(lineageId)} and ${before === null ? sql`true` : sql`id < ${before}`}
    order by id desc limit ${limit}`.execute(db);
  return rows;
}

export type TimelinePart =
  | { readonly kind: "events"; readonly events: readonly TimelineRow[]; readonly end: FeedPosition }
  /** The position is of another installation, or of a future that a backup has undone. */
  | { readonly kind: "unknown-position" };

/** The same after `after` (null: from the first), at most `limit`, the oldest first. Indexes: the same. */
export async function followTimeline(
  db: Db,
  request: { lineageId: string; after: FeedPosition | null; limit: number },
): Promise<TimelinePart> {
  const { lineageId, after, limit } = request;
  const horizon = await readHorizon(db);
  if (after !== null && !isKnown(after, horizon)) return { kind: "unknown-position" };
  const { rows } = await sql<TimelineRow & { xact: string; id: string }>`
    select xact::text, id, at, kind, duration_ms, detail, lineage_id <> ${lineageId} as of_twin from event
    where lineage_id = ${withTwins(lineageId)} and xact < ${horizon.low}::xid8
      and ${after === null ? sql`true` : following(after)}
    order by xact, id limit ${limit}`.execute(db);
  const last = rows.at(-1);
  if (last !== undefined && rows.length === limit) {
    return {
      kind: "events",
      events: rows,
      end: { installation: horizon.installation, xact: last.xact, id: last.id },
    };
  }
  return {
    kind: "events",
    events: rows,
    end: after === null ? atHorizon(horizon) : forwardTo(horizon, after),
  };
}

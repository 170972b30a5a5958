/**
 * The order of events for those who follow them. Ids are given before their transactions commit, so a
 * reader that went by id alone would skip a row that becomes visible late. Rows of transactions below the
 * oldest running one are final; a reader that stays below it, in the order (transaction, id), neither skips
 * nor repeats.
 */
import { type RawBuilder, sql } from "kysely";
import type { Db } from "../database.ts";

/** All events up to and with this one are done. Transaction ids and event ids are decimal strings. */
export interface FeedPosition {
  readonly installation: string;
  readonly xact: string;
  readonly id: string;
}

/** The database's word on how far its events are final, of one snapshot. */
export interface Horizon {
  readonly installation: string;
  /** The oldest transaction that may still run: every event below it is there to be read. */
  readonly low: string;
  /** No transaction has this id yet, or any above it. */
  readonly high: string;
}

/** One row, a {@link Horizon}. */
export const selectHorizon = sql`
  select installation.id as installation, pg_snapshot_xmin(pg_current_snapshot())::text as low,
    pg_snapshot_xmax(pg_current_snapshot())::text as high
  from installation`;

export async function readHorizon(db: Db): Promise<Horizon> {
  const { rows } = await sql<Horizon>`${selectHorizon}`.execute(db);
  const [horizon] = rows;
  if (horizon === undefined) throw new Error("The table installation has lost its row.");
  return horizon;
}

/** Where one stands who has read everything below the horizon. */
export const atHorizon = ({ installation, low }: Horizon): FeedPosition => ({
  installation,
  xact: low,
  id: "0",
});

/** The same, unless it would lead back behind `position`. */
export function forwardTo(horizon: Horizon, position: FeedPosition): FeedPosition {
  return BigInt(horizon.low) > BigInt(position.xact) ? atHorizon(horizon) : position;
}

/** Whether the position was given by this database: not by another, nor by one that a backup has undone. */
export const isKnown = (position: FeedPosition, horizon: Horizon): boolean =>
  position.installation === horizon.installation && BigInt(position.xact) <= BigInt(horizon.high);

/** The condition on `event` rows that come after `position`. */
export const following = ({ xact, id }: FeedPosition): RawBuilder<unknown> =>
  sql`(event.xact, event.id) > (${xact}::xid8, ${id}::bigint)`;

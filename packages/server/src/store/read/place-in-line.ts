import type { Instant } from "@certmill/domain";
import { sql } from "kysely";
import type { Db } from "../database.ts";

/** Where a lineage stands in its lane, and what sets the lane's pace. */
export interface PlaceInLine {
  /** Those before it that wait for nothing but their turn. */
  readonly before: number;
  /** The CAs that its lane may have; null: those of the pool. */
  readonly caIds: readonly string[] | null;
  /** Of the campaign, where it is one's lane. */
  readonly campaign: {
    readonly id: string;
    readonly state: string;
    readonly per_hour: number | null;
    readonly window_start: number | null;
    readonly window_end: number | null;
    readonly wave_began_at: Instant | null;
  } | null;
}

/** Counts those before it: for one domain that a person looks at. Index: `queue_next`. @returns null when it is not in line. */
export async function readPlaceInLine(db: Db, lineageId: string): Promise<PlaceInLine | null> {
  const { rows } = await sql<{
    before: string;
    ca_ids: string[] | null;
    campaign_id: string | null;
    state: string;
    per_hour: number | null;
    window_start: number | null;
    window_end: number | null;
    wave_began_at: Instant | null;
  }>`
    select lane.ca_ids, campaign.id as campaign_id, campaign.state, campaign.per_hour, campaign.window_start,
      campaign.window_end, campaign.wave_began_at,
      (select count(*) from queue before
        where before.lane_id = queue.lane_id and before.turn < queue.turn and before.parked_until is null) as before
    from queue join lane on lane.id = queue.lane_id left join campaign on campaign.id = lane.campaign_id
    where queue.lineage_id = ${lineageId}`.execute(db);
  const [row] = rows;
  if (row === undefined) return null;
  const { campaign_id: id } = row;
  return {
    before: Number(row.before),
    caIds: row.ca_ids,
    campaign: id === null ? null : { ...row, id },
  };
}

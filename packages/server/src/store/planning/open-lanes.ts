import {
  type DailyWindow,
  type Instant,
  instant,
  isOpen,
  type Limit,
  minutes,
  nextOpening,
  type WorkClass,
} from "@certmill/domain";
import { sql } from "kysely";
import type { Db } from "../database.ts";
import type { CampaignState } from "../schema/campaign.ts";
import type { Lane } from "./next-in-line.ts";

interface LaneRow {
  id: string;
  class: WorkClass;
  campaign_id: string | null;
  state: CampaignState | null;
  window_start: number | null;
  window_end: number | null;
  per_hour: number | null;
  full_at: number | null;
}

export interface OpenLanes {
  readonly lanes: readonly Lane[];
  /** When one opens that is closed by its campaign's window; null: none will by itself. */
  readonly opensAt: Instant | null;
}

/** The lanes in which somebody waits and that may go on now. Index: `queue_next`. */
export async function openLanes(trx: Db, now: Instant): Promise<OpenLanes> {
  const { rows } = await sql<LaneRow>`
    select lane.id, lane.class, lane.campaign_id, campaign.state, campaign.window_start, campaign.window_end,
      campaign.per_hour, campaign.full_at
    from lane cross join lateral (
      select 1 from queue where lane_id = lane.id and parked_until is null order by turn limit 1
    ) waiting left join campaign on campaign.id = lane.campaign_id
    order by lane.id`.execute(trx);
  const lanes: Lane[] = [];
  const openings: Instant[] = [];
  for (const row of rows) {
    if (row.state !== null && row.state !== "running" && row.state !== "done") continue;
    const window = windowOf(row);
    if (isOpen(window, now)) lanes.push(laneOf(row));
    else if (window !== null) openings.push(nextOpening(window, now));
  }
  return { lanes, opensAt: openings.length === 0 ? null : instant(Math.min(...openings)) };
}

const windowOf = ({ window_start: start, window_end: end }: LaneRow): DailyWindow | null =>
  start === null || end === null ? null : { start, end };

function laneOf({ id, class: workClass, campaign_id: campaignId, per_hour, full_at }: LaneRow): Lane {
  return {
    id,
    workClass,
    campaignId,
    ceiling:
      per_hour === null ? null : { limit: perHour(per_hour), bucket: { fullAt: full_at ?? 0, reserved: 0 } },
  };
}

/** Evenly, a minute's worth at once. */
const perHour = (count: number): Limit => ({
  burst: Math.max(1, Math.ceil(count / 60)),
  count,
  period: minutes(60),
});

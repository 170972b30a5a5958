import type { Instant } from "@certmill/domain";
import type { Db } from "../../store/database.ts";
import { listUnderway } from "../../store/read/campaigns.ts";
import { describeCampaign } from "./present-campaign.ts";

/** So many are told of: an old one that nobody ends does not crowd out what is new. */
const most = 20;

/** Progress and forecast of the newest campaigns that are under way. Looks at all that they still owe a certificate. */
export async function readCampaignFigures(db: Db, now: Instant) {
  const campaigns = await Promise.all(
    (await listUnderway(db, most)).map((row) => describeCampaign(db, row, now)),
  );
  return campaigns.map(({ name, certificates: { total, issued, failed }, finishBy, forecast }) => ({
    name,
    total,
    issued,
    failed,
    late: lateness(finishBy, forecast?.finishAt),
  }));
}

/** @param finishAt null: never; undefined: nothing is forecast. In seconds. */
function lateness(finishBy: string | null, finishAt: string | null | undefined): number | null {
  if (finishBy === null || finishAt === undefined) return null;
  if (finishAt === null) return Number.POSITIVE_INFINITY;
  return (Date.parse(finishAt) - Date.parse(finishBy)) / 1_000;
}

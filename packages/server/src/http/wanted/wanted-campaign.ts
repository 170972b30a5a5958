import type { Db } from "../../store/database.ts";
import { type CampaignRow, findCampaign } from "../../store/read/campaigns.ts";
import { Refusal } from "../refusal.ts";

/** @throws {Refusal} `not-found` */
export async function wantedCampaign(db: Db, name: string): Promise<CampaignRow> {
  const row = await findCampaign(db, name);
  if (row === null)
    throw new Refusal("not-found", `There is no campaign ${name}: see certmill campaign list.`);
  return row;
}

import { type DailyWindow, type Instant, isOpen, lastWave, nextOpening } from "@certmill/domain";
import type { CampaignRow } from "../../store/read/campaigns.ts";
import { instantText } from "./instant-text.ts";

export type CampaignStanding = Pick<
  CampaignRow,
  "state" | "pause_reason" | "wave" | "window_start" | "window_end"
>;

/** Why a campaign stands as it does, in a sentence for the operator. */
export function campaignReason(standing: CampaignStanding, now: Instant): string {
  switch (standing.state) {
    case "importing":
      return "It takes its list and has not been started.";
    case "running":
      return runningReason(standing, now);
    case "paused":
      return standing.pause_reason ?? "It was paused.";
    case "cancelled":
      return "It was cancelled: its certificates stay, its other domains are removed.";
    case "done":
      return "Every domain has a certificate, or has failed so often that it is tried once a day at most.";
  }
}

function runningReason(standing: CampaignStanding, now: Instant): string {
  const wave = `Wave ${standing.wave} of ${lastWave} is under way`;
  const window = windowOf(standing);
  if (window === null || isOpen(window, now)) return `${wave}.`;
  const opening = instantText(nextOpening(window, now)).slice(11, 16);
  return `${wave}; its window opens at ${opening} UTC.`;
}

export const windowOf = ({
  window_start: start,
  window_end: end,
}: Pick<CampaignRow, "window_start" | "window_end">): DailyWindow | null =>
  start === null || end === null ? null : { start, end };

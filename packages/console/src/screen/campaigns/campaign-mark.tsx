import type { Campaign } from "@certmill/api";
import type { IconName } from "../../kit/icon.tsx";
import { Mark, type Tone } from "../../kit/mark.tsx";

const marks: Readonly<Record<Campaign["state"], readonly [Tone, IconName]>> = {
  importing: ["wait", "wait"],
  running: ["busy", "busy"],
  paused: ["warn", "pause"],
  cancelled: ["rest", "close"],
  done: ["good", "good"],
};

export function CampaignMark({ campaign: { state } }: { readonly campaign: Pick<Campaign, "state"> }) {
  const [tone, icon] = marks[state];
  return <Mark tone={tone} icon={icon} word={state} />;
}

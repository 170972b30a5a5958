import type { WebhookSummary } from "@certmill/api";
import type { IconName } from "../../kit/icon.tsx";
import { Mark, type Tone } from "../../kit/mark.tsx";

const marks: Readonly<Record<WebhookSummary["state"], readonly [Tone, IconName]>> = {
  active: ["good", "good"],
  failing: ["warn", "warn"],
  paused: ["rest", "pause"],
  disabled: ["bad", "bad"],
};

export function WebhookMark({ state }: Pick<WebhookSummary, "state">) {
  const [tone, icon] = marks[state];
  return <Mark tone={tone} icon={icon} word={state} />;
}

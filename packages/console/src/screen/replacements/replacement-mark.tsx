import type { Replacement } from "@certmill/api";
import type { IconName } from "../../kit/icon.tsx";
import { Mark, type Tone } from "../../kit/mark.tsx";

const marks: Readonly<Record<Replacement["state"], readonly [Tone, IconName]>> = {
  draft: ["wait", "wait"],
  running: ["busy", "busy"],
  paused: ["warn", "pause"],
  cancelled: ["rest", "close"],
  done: ["good", "good"],
};

export function ReplacementMark({ state }: Pick<Replacement, "state">) {
  const [tone, icon] = marks[state];
  return <Mark tone={tone} icon={icon} word={state} />;
}

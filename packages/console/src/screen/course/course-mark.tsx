import type { Campaign, Replacement } from "@certmill/api";
import type { IconName } from "../../kit/icon.tsx";
import { Mark, type Tone } from "../../kit/mark.tsx";

/** Where something stands that is prepared, runs for hours or weeks, and can be paused and cancelled meanwhile. */
export type CourseState = Campaign["state"] | Replacement["state"];

const marks: Readonly<Record<CourseState, readonly [Tone, IconName]>> = {
  importing: ["wait", "wait"],
  draft: ["wait", "wait"],
  running: ["busy", "busy"],
  paused: ["warn", "pause"],
  cancelled: ["rest", "close"],
  done: ["good", "good"],
};

export function CourseMark({ state }: { readonly state: CourseState }) {
  const [tone, icon] = marks[state];
  return <Mark tone={tone} icon={icon} word={state} />;
}

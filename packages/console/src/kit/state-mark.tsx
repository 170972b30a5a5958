import type { DomainState } from "@certmill/api";
import type { IconName } from "./icon.tsx";
import { Mark, type Tone } from "./mark.tsx";

const marks: Readonly<Record<DomainState, readonly [Tone, IconName]>> = {
  waiting: ["wait", "wait"],
  queued: ["wait", "wait"],
  issuing: ["busy", "busy"],
  delivering: ["busy", "moved"],
  active: ["good", "good"],
  failing: ["warn", "warn"],
  paused: ["warn", "pause"],
  failed: ["bad", "bad"],
  moved: ["rest", "moved"],
  removed: ["rest", "removed"],
};

/** How states are told apart in lists and charts. */
export const toneOf = (state: DomainState): Tone => marks[state][0];

export function StateMark({ state }: { readonly state: DomainState }) {
  const [tone, icon] = marks[state];
  return <Mark tone={tone} icon={icon} word={state} />;
}

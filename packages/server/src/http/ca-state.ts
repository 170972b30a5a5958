import type { Ca } from "@certmill/api";
import { admits, healthOf, type Instant, probeAt } from "@certmill/domain";
import type { CaRow } from "../store/read/cas.ts";
import { instantText, instantTextOrNull } from "./instant-text.ts";

/** Whether a CA gets orders now, as the planner has it. */
export function caState(
  { slow_until: slowUntil, health }: Pick<CaRow, "slow_until" | "health">,
  now: Instant,
): Pick<Ca, "state" | "stateUntil"> {
  if (slowUntil !== null && slowUntil > now) return { state: "slow", stateUntil: instantText(slowUntil) };
  const remembered = healthOf(health);
  if (admits(remembered, now) === "all") return { state: "well", stateUntil: null };
  return { state: "failing", stateUntil: instantTextOrNull(probeAt(remembered)) };
}

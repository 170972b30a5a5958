import type { Ca } from "@certmill/api";
import { admits, healthOf, type Instant, probeAt } from "@certmill/domain";
import type { CaRow } from "../../store/read/cas.ts";
import { instantText, instantTextOrNull } from "./instant-text.ts";

/** What its status page said last; null: it has none that is read, or none was read yet. */
export function statusPage({
  status_hint: status,
  status_read_at: readAt,
}: Pick<CaRow, "status_hint" | "status_read_at">): Ca["statusPage"] {
  return readAt === null ? null : { status, readAt: instantText(readAt) };
}

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

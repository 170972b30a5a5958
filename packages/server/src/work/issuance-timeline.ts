/** What a decision about an issuance is in its timeline. */
import type { Decision, Instant } from "@certmill/domain";
import type { TimelineEvent } from "../store/decision/tell-events.ts";

/** Facts in the order in which they came about; a fault is the last. */
export function timelineOf({ state, done, fault }: Decision, now: Instant): TimelineEvent[] {
  const names = "challenges" in state ? state.challenges.map(({ identifier }) => identifier) : [];
  const events: TimelineEvent[] = done.map(({ kind, took, silent }) => ({
    at: now,
    kind,
    took,
    detail: kind === "challenge.published" ? { names } : silent === undefined ? {} : { silent },
  }));
  if (fault === null) return events;
  const { code, detail } = fault;
  events.push(
    state.kind === "abandoned"
      ? { at: now, kind: "issuance.failed", took: null, detail: { code, detail, retryAt: state.retryAt } }
      : { at: now, kind: "issuance.delayed", took: null, detail: { code, detail } },
  );
  return events;
}

import { type Instant, instant, type OrderPlanning, reserve, settle } from "@certmill/domain";
import type { Candidate, Lane } from "./next-in-line.ts";
import type { Plan } from "./write-plan.ts";

/**
 * Places those of one class, by turn. Where no CA takes more of the class, those behind are still asked: they may go
 * elsewhere or be exempt.
 *
 * @returns the lanes in which somebody has to wait for a CA, by id: it is no use to look further there.
 */
export function placeLine(
  line: readonly Candidate[],
  {
    planning,
    plan,
    lanes,
    limitsChangeAt,
    now,
  }: {
    readonly planning: OrderPlanning;
    readonly plan: Plan;
    readonly lanes: readonly Lane[];
    /** What waits for a limit is asked again when one begins to hold. */
    readonly limitsChangeAt: Instant | null;
    readonly now: Instant;
  },
): ReadonlySet<string> {
  const laneOf = new Map(lanes.map((lane) => [lane.id, lane]));
  const held = new Set<string>();
  for (const candidate of line) {
    const lane = laneOf.get(candidate.laneId);
    if (lane === undefined) continue;
    const ceiling = underCeiling(lane, now);
    if (ceiling !== null) {
      plan.wakes.push(ceiling);
      held.add(lane.id);
      continue;
    }
    const placement = planning.place(candidate);
    switch (placement.kind) {
      case "placed":
        plan.orders.push({ candidate, ...placement });
        if (lane.ceiling !== null) countAgainst(lane.ceiling, now);
        break;
      case "parked":
        plan.parked.push({
          lineageId: candidate.lineageId,
          until: earlier(placement.until, limitsChangeAt),
          limit: { caId: placement.caId, limit: placement.limit, key: placement.key },
        });
        break;
      case "awaits-ca":
        plan.parked.push({ lineageId: candidate.lineageId, until: placement.until, limit: null });
        break;
      case "held":
        held.add(lane.id);
        if (placement.until === null) plan.waitsForRoom = true;
        else plan.wakes.push(placement.until);
        break;
      case "stranded":
        plan.stranded.push(candidate.lineageId);
        break;
    }
  }
  return held;
}

const earlier = (at: Instant, other: Instant | null): Instant =>
  other === null ? at : instant(Math.min(at, other));

/** null: it may begin one more now; else when it may. */
function underCeiling({ ceiling }: Lane, now: Instant): Instant | null {
  if (ceiling === null) return null;
  const reservation = reserve(ceiling.limit, ceiling.bucket, now);
  return reservation.kind === "refused" ? reservation.retryAt : null;
}

function countAgainst(ceiling: NonNullable<Lane["ceiling"]>, now: Instant): void {
  ceiling.bucket = settle(ceiling.limit, ceiling.bucket, now);
}

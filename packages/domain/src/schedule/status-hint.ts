import { type Instant, minutes } from "../time/instant.ts";

/** What a CA says of itself on its status page. */
export type CaStatus = "fine" | "degraded" | "down";

export interface StatusHint {
  readonly status: CaStatus;
  readonly readAt: Instant;
}

/** Nobody reads the page any more. */
const lapsed = minutes(15);

const share: Readonly<Record<CaStatus, number>> = { fine: 1, degraded: 0.5, down: 0.25 };

/**
 * Orders in flight at a CA. Its page only slows, as pages are wrong both ways: whether nothing at all is sent there is
 * the circuit breaker's to say, which sees what our own orders meet.
 *
 * @param most of them when all is well; at least 1.
 */
export function mostInFlightBy({ status, readAt }: StatusHint, most: number, now: Instant): number {
  if (now - readAt > lapsed) return most;
  return Math.max(1, Math.floor(most * share[status]));
}

/** When a message that was not taken is sent again, and when that ends. */
import { stableFraction } from "../schedule/stable-fraction.ts";
import {
  after,
  type Duration,
  days,
  hours,
  type Instant,
  instant,
  milliseconds,
  minutes,
  seconds,
} from "../time/instant.ts";

const steps: readonly Duration[] = [
  seconds(5),
  seconds(30),
  minutes(2),
  minutes(10),
  minutes(30),
  hours(1),
  hours(2),
  hours(4),
  hours(8),
];
/** An endpoint that answers nothing is asked with one message only, so it may be asked more often. */
const mostForEndpoint = hours(1);

/** A message that was not taken for so long is given up; an endpoint that took nothing for so long is disabled. */
export const webhookPatience: Duration = days(5);

/** Each waits between three quarters and five quarters of its step: those that failed together do not come back together. */
const spread = (step: Duration, key: string, attempt: number): Duration =>
  milliseconds(Math.round(step * (0.75 + stableFraction(`${key} ${attempt}`) / 2)));

/**
 * @param request.key whose wait it is: the same key and attempt wait the same time on every machine.
 * @param request.attempt failures in a row, this one included; 1 for the first.
 */
export function resendAt(
  { key, attempt }: { readonly key: string; readonly attempt: number },
  now: Instant,
): Instant {
  const step = steps[Math.min(attempt, steps.length) - 1] ?? hours(8);
  return after(now, spread(step, key, attempt));
}

/** The same for an endpoint that took nothing, or later where it has said when (`retryAt`). */
export function askEndpointAt(
  request: { readonly key: string; readonly attempt: number; readonly retryAt: Instant | null },
  now: Instant,
): Instant {
  const own = Math.min(resendAt(request, now), after(now, mostForEndpoint));
  return instant(Math.max(own, request.retryAt ?? own));
}

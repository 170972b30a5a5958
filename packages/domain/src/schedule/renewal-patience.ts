import { between, type Instant, instant } from "../time/instant.ts";
import { renewAt, type Validity } from "./renewal.ts";

/** Of the time that renewals usually have, the share in which one waits for the CA where it is exempt. */
const patience = 0.25;

/**
 * Until when a renewal rather waits for a CA that is down, and at which no limit counts it, than to take an order of
 * another's: a week of a certificate for 90 days, 18 hours of one for six. An outage of hours moves nobody elsewhere
 * then, and takes no orders from customers who have nothing yet; one that lasts still leaves three quarters of the time.
 */
export function patientUntil({ notBefore, notAfter }: Validity): Instant {
  const usual = renewAt(notBefore, notAfter);
  return instant(Math.floor(usual + between(usual, notAfter) * patience));
}

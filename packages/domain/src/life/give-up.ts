/** For how long what a customer has to put right is tried by itself, before it is given up. */
import { after, type Duration, days, type Instant, instant } from "../time/instant.ts";

export interface GiveUpPolicy {
  /** A first certificate: so long after tries began to fail. */
  readonly firstAfter: Duration;
  /** A renewal: so long after the certificate has ended. */
  readonly renewalAfter: Duration;
}

export const usualGiveUp: GiveUpPolicy = { firstAfter: days(7), renewalAfter: days(30) };

export interface Failing {
  /** Since when every try has failed for what the customer has to put right; null: none has. */
  readonly since: Instant | null;
  /** The end of the certificate that is held; null: there is none. */
  readonly notAfter: Instant | null;
}

/**
 * From when on a try that fails is the last. A renewal is given up no sooner than a first order would be, so that one
 * that was taken up again after its certificate's end has its time, too.
 */
export function givesUpAt({ since, notAfter }: Failing, policy: GiveUpPolicy, now: Instant): Instant {
  const first = after(since ?? now, policy.firstAfter);
  return notAfter === null ? first : instant(Math.max(first, after(notAfter, policy.renewalAfter)));
}

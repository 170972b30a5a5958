import { between, days, type Instant, instant } from "../time/instant.ts";
import { renewAt, type Validity } from "./renewal.ts";
import { stableFraction } from "./stable-fraction.ts";
import { emergencyAt } from "./work-class.ts";

/** Before the latest time at which a certificate is renewed in good time. */
const widestSpread = days(15);

/**
 * When to renew a certificate that came from another program, until its CA says more: at an instant that is the
 * certificate's own, so that a fleet that was issued, or imported, on one day is not renewed in one.
 *
 * Before {@link renewAt}, by up to 15 days and not in the first half of its life. One whose time has come is renewed between
 * now and when its end is near; where that is so already, now.
 */
export function importedRenewal({
  fingerprint,
  validity,
  now,
}: {
  readonly fingerprint: string;
  readonly validity: Validity;
  readonly now: Instant;
}): Instant {
  const { notBefore, notAfter } = validity;
  const inTime = renewAt(notBefore, notAfter);
  const latest = inTime > now ? inTime : Math.floor(emergencyAt(validity));
  if (latest <= now) return now;
  const half = Math.ceil(notAfter - between(notBefore, notAfter) / 2);
  const earliest = Math.min(latest, Math.max(now, half, latest - widestSpread));
  return instant(latest - Math.floor((latest - earliest) * stableFraction(fingerprint)));
}

import { renewAt } from "../schedule/renewal.ts";
import { stableFraction } from "../schedule/stable-fraction.ts";
import { between, days, type Instant, instant } from "../time/instant.ts";

export interface SpreadRenewal {
  readonly lineageId: string;
  readonly notBefore: Instant;
  readonly notAfter: Instant;
  /** Over how many days before their time renewals are spread. */
  readonly spreadDays: number;
}

/**
 * When to renew the first certificate that a campaign got a lineage, so that what was issued in a day is not renewed in
 * one: earlier than {@link renewAt} by a share of the spread that is the lineage's own, the same at every call. Never
 * before half of the certificate's life; one of less than ten days is renewed at half of it anyway.
 */
export function spreadRenewal({ lineageId, notBefore, notAfter, spreadDays }: SpreadRenewal): Instant {
  const latest = renewAt(notBefore, notAfter);
  const half = instant(Math.ceil(notAfter - between(notBefore, notAfter) / 2));
  const room = Math.min(days(spreadDays), between(half, latest));
  return instant(latest - Math.floor(room * stableFraction(lineageId)));
}

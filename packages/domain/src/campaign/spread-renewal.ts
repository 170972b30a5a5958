import { renewAt } from "../schedule/renewal.ts";
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
  return instant(latest - Math.floor(room * shareOf(lineageId)));
}

/** From 0 to less than 1, evenly over texts that differ little: FNV-1a, and MurmurHash3's last mix. */
function shareOf(text: string): number {
  let hash = 0x81_1c_9d_c5;
  for (const character of text) hash = Math.imul(hash ^ (character.codePointAt(0) ?? 0), 0x01_00_01_93);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85_eb_ca_6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2_b2_ae_35);
  return ((hash ^ (hash >>> 16)) >>> 0) / 2 ** 32;
}

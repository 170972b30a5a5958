import { between, type Duration, days, type Instant, instant } from "../time/instant.ts";
import type { Validity } from "./renewal.ts";

/**
 * Who goes first. `emergency`: what is served ends soon or was revoked. `interactive`: a customer waits. `renewal`: in
 * good time. `campaign`: a long list, and what has failed so often that nobody waits for it any more.
 */
export const workClasses = ["emergency", "interactive", "renewal", "campaign"] as const;

export type WorkClass = (typeof workClasses)[number];

export interface WorkFacts {
  /** The certificate that is served; null when there is none. */
  readonly certificate: Validity | null;
  /** Whether its CA has moved its renewal window into the past: it is, or soon will be, revoked. */
  readonly urgent: boolean;
  /** Whether the lineage was enrolled by a campaign and has no certificate from it yet. */
  readonly ofCampaign: boolean;
  /** Issuances that failed in a row. */
  readonly failures: number;
}

/** After so many failures a customer is not waiting at the screen. */
const mostInteractiveFailures = 3;

/** The end is near when a sixth of the lifetime is left (half of what renewal began with), or 3 days. */
const emergencyLeft = (lifetime: Duration): number => Math.min(lifetime / 6, days(3));

/** From when on a certificate's end is near, whatever it waits for; with fractions of a millisecond. */
export const emergencyAt = ({ notBefore, notAfter }: Validity): Instant =>
  instant(notAfter - emergencyLeft(between(notBefore, notAfter)));

export function classOf({ certificate, urgent, ofCampaign, failures }: WorkFacts, now: Instant): WorkClass {
  if (certificate !== null) return urgent || now >= emergencyAt(certificate) ? "emergency" : "renewal";
  return ofCampaign || failures >= mostInteractiveFailures ? "campaign" : "interactive";
}

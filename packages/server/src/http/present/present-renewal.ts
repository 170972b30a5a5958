import type { Renewal } from "@certmill/api";
import type { Instant } from "@certmill/domain";
import { instantText, instantTextOrNull } from "./instant-text.ts";

/** What is known of the renewal of a certificate that is held. */
export interface RenewalFacts {
  readonly wake_at: Instant | null;
  readonly window_start: Instant | null;
  readonly window_end: Instant | null;
  readonly explanation_url: string | null;
  readonly urgent: boolean | null;
  readonly poll_at: Instant | null;
}

export function presentRenewal(facts: RenewalFacts): Renewal {
  const { wake_at, window_start: start, window_end: end, explanation_url, urgent, poll_at } = facts;
  return {
    at: instantTextOrNull(wake_at),
    window: start === null || end === null ? null : { start: instantText(start), end: instantText(end) },
    urgent: urgent ?? false,
    explanationUrl: explanation_url,
    asksAgainAt: instantTextOrNull(poll_at),
  };
}

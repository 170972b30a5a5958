/** What every run of a year has in common beside its stories: when it begins, and when its CA is down. */
import { after, days, hours, type Instant, instant } from "@certmill/domain";

export const yearStart = instant(Date.parse("2026-12-01T00:00:00Z"));

/** The CA is down for so long, once in a quarter. */
const outage = { every: days(91), length: hours(4) };

export interface Outage {
  readonly from: Instant;
  readonly to: Instant;
}

export function* outagesUntil(end: Instant): Generator<Outage, void, undefined> {
  for (let from = after(yearStart, outage.every); from < end; from = after(from, outage.every))
    yield { from, to: after(from, outage.length) };
}

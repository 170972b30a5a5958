import { type Duration, days, type Instant, instant, minutes } from "@certmill/domain";

/** When a certificate should be renewed, RFC 9773 section 4.2. */
export interface RenewalWindow {
  readonly start: Instant;
  /** After `start`. */
  readonly end: Instant;
  /** A page that says why the window is where it is. Absent: none. */
  readonly explanationUrl?: string;
}

/** The first and the last second of a certificate. */
export interface Validity {
  readonly notBefore: Instant;
  readonly notAfter: Instant;
}

/** Below this, a certificate is renewed when half of its life is left, and not a third. */
const SHORT_LIFE: Duration = days(10);

/**
 * As Boulder's: one hundredth of the life either side of the moment when a third (a half of a short one) is
 * left.
 */
export function suggestedWindow({ notBefore, notAfter }: Validity): RenewalWindow {
  const life = notAfter - notBefore + 1_000;
  const ideal = notAfter - life / (life < SHORT_LIFE ? 2 : 3);
  return { start: instant(ideal - life / 100), end: instant(ideal + life / 100) };
}

/** Whether now is the time, as Boulder has it: from `start` on, and before `end`. */
export const isWithin = ({ start, end }: RenewalWindow, now: Instant): boolean => start <= now && now < end;

/** For a revoked certificate, as Boulder's: a window that has just gone by, so now. */
export const windowOfRevoked = (now: Instant): RenewalWindow => ({
  start: instant(now - minutes(60)),
  end: instant(now - minutes(30)),
});

export function renewalInfoDocument({ start, end, explanationUrl }: RenewalWindow): object {
  return {
    suggestedWindow: { start: secondText(start), end: secondText(end) },
    ...(explanationUrl !== undefined && { explanationURL: explanationUrl }),
  };
}

/** RFC 3339 in whole seconds: not every client reads fractions. */
const secondText = (at: Instant): string => new Date(at).toISOString().replace(/\.\d+Z$/, "Z");

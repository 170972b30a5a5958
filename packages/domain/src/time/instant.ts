/**
 * A point in time: milliseconds since 1970-01-01T00:00:00Z. A brand, so that a
 * duration, a count or seconds cannot be given in its place.
 */
export type Instant = number & { readonly __brand: "Instant" };

/** A length of time in milliseconds; may be zero, is never negative. */
export type Duration = number & { readonly __brand: "Duration" };

export const instant = (millisecondsSinceEpoch: number): Instant => millisecondsSinceEpoch as Instant;

export const milliseconds = (n: number): Duration => Math.max(0, n) as Duration;
export const seconds = (n: number): Duration => milliseconds(n * 1_000);
export const minutes = (n: number): Duration => seconds(n * 60);
export const hours = (n: number): Duration => minutes(n * 60);
export const days = (n: number): Duration => hours(n * 24);

export const after = (from: Instant, wait: Duration): Instant => instant(from + wait);

/** The time from `from` to `to`, or zero when `to` is earlier (clocks of two machines may disagree). */
export const between = (from: Instant, to: Instant): Duration => milliseconds(to - from);

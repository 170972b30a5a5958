import { type Duration, days, type Instant, instant, milliseconds, minutes } from "../time/instant.ts";

/**
 * The hours of every UTC day in which orders begin. Minutes from midnight, 0 to 1439: open from `start` on, closed
 * from `end` on. One that ends before it starts passes midnight; one that ends as it starts is always open.
 */
export interface DailyWindow {
  readonly start: number;
  readonly end: number;
}

/** @param window null: always open. */
export const isOpen = (window: DailyWindow | null, now: Instant): boolean =>
  window === null || sinceOpening(window, now) < openFor(window);

/** The first instant from `now` on at which `window` is open: `now` itself while it is. */
export const nextOpening = (window: DailyWindow, now: Instant): Instant =>
  isOpen(window, now) ? now : instant(now + days(1) - sinceOpening(window, now));

/** What a day has of open time. */
export const openFor = ({ start, end }: DailyWindow): Duration =>
  milliseconds(modulo(minutes(end) - minutes(start), days(1)) || days(1));

/** Milliseconds since the window last opened; a day has no leap second, as POSIX counts. */
const sinceOpening = ({ start }: DailyWindow, now: Instant): number => modulo(now - minutes(start), days(1));

const modulo = (a: number, b: number): number => ((a % b) + b) % b;

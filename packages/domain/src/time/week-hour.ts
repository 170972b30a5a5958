import { days, hours, type Instant, instant } from "./instant.ts";

/** The hour at which weeks end, in UTC. */
export interface WeekHour {
  /** 0: Sunday. */
  readonly weekday: number;
  readonly hour: number;
}

/** 1970-01-01 was a Thursday. */
const firstWeekday = 4;

/** The last end of a week that is not after `now`. */
export function endOfWeek({ weekday, hour }: WeekHour, now: Instant): Instant {
  const week = days(7);
  const firstEnd = days((weekday - firstWeekday + 7) % 7) + hours(hour);
  return instant(firstEnd + Math.floor((now - firstEnd) / week) * week);
}

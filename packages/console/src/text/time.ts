const second = 1_000;
const minute = 60 * second;
const hour = 60 * minute;
const day = 24 * hour;

/** A length of time with two units at most: `850 ms`, `4.2 s`, `3 min 20 s`, `5 h 10 min`, `12 d`. */
export function duration(ms: number): string {
  if (ms < second) return `${Math.round(ms)} ms`;
  if (ms < 9_950) return `${(ms / second).toFixed(1)} s`;
  if (ms < minute - second / 2) return `${Math.round(ms / second)} s`;
  if (ms < hour - minute / 2) return two(ms, { unit: minute, name: "min", below: second, small: "s" });
  if (ms < 2 * day) return two(ms, { unit: hour, name: "h", below: minute, small: "min" });
  return two(ms, { unit: day, name: "d", below: hour, small: "h", until: 10 });
}

interface Units {
  readonly unit: number;
  readonly name: string;
  readonly below: number;
  readonly small: string;
  /** From so many of the large unit on the small one says nothing. */
  readonly until?: number;
}

function two(ms: number, { unit, name, below, small, until = 1_000 }: Units): string {
  const total = Math.round(ms / below);
  const ratio = unit / below;
  const [large, rest] = [Math.floor(total / ratio), total % ratio];
  return rest === 0 || large >= until ? `${large} ${name}` : `${large} ${name} ${rest} ${small}`;
}

/** `in 3 h`, `2 min ago`, `now`: to the nearest single unit. */
export function fromNow(instant: string, now: number): string {
  const ms = Date.parse(instant) - now;
  const length = Math.abs(ms);
  if (length < 5 * second) return "now";
  const text = roughly(length);
  return ms > 0 ? `in ${text}` : `${text} ago`;
}

function roughly(ms: number): string {
  if (ms < minute) return `${Math.round(ms / second)} s`;
  if (ms < hour) return `${Math.round(ms / minute)} min`;
  if (ms < 2 * day) return `${Math.round(ms / hour)} h`;
  return `${Math.round(ms / day)} days`;
}

const clock = new Intl.DateTimeFormat("en-GB", {
  year: "numeric",
  month: "short",
  day: "2-digit",
  hour: "2-digit",
  minute: "2-digit",
  timeZone: "UTC",
});
const dayOnly = new Intl.DateTimeFormat("en-GB", {
  year: "numeric",
  month: "short",
  day: "2-digit",
  timeZone: "UTC",
});
const timeOnly = new Intl.DateTimeFormat("en-GB", {
  hour: "2-digit",
  minute: "2-digit",
  second: "2-digit",
  timeZone: "UTC",
});

/** `27 Nov 2026, 01:10 UTC`. All times are told in UTC, as logs and CAs tell them. */
export const dateTime = (instant: string): string => `${clock.format(new Date(instant))} UTC`;

/** `27 Nov 2026` */
export const date = (instant: string): string => dayOnly.format(new Date(instant));

const dayOfYear = new Intl.DateTimeFormat("en-GB", { month: "short", day: "2-digit", timeZone: "UTC" });
const hourOnly = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", timeZone: "UTC" });

/** `27 Nov`, for an axis of days. */
export const dayOfAxis = (ms: number): string => dayOfYear.format(ms);

/** `01:00`, for an axis of hours. */
export const hourOfAxis = (ms: number): string => hourOnly.format(ms);

/** `01:10:42` of the UTC day. */
export const timeOfDay = (instant: string): string => timeOnly.format(new Date(instant));

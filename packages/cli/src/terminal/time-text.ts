const second = 1_000;
const minute = 60 * second;
const hour = 60 * minute;
const day = 24 * hour;

/** A span to read at a glance: `350 ms`, `1.4 s`, `25 s`, `3 min 5 s`, `2 h 10 min`, `12 d`. */
export function durationText(milliseconds: number): string {
  if (milliseconds < second) return `${Math.round(milliseconds)} ms`;
  if (milliseconds < 10 * second) return `${(milliseconds / second).toFixed(1)} s`;
  if (milliseconds < minute) return `${Math.floor(milliseconds / second)} s`;
  if (milliseconds < hour) return twoUnits(milliseconds, minute, "min", second, "s");
  if (milliseconds < 2 * day) return twoUnits(milliseconds, hour, "h", minute, "min");
  return `${Math.floor(milliseconds / day)} d`;
}

function twoUnits(span: number, large: number, largeName: string, small: number, smallName: string): string {
  const rest = Math.floor((span % large) / small);
  const head = `${Math.floor(span / large)} ${largeName}`;
  return rest === 0 ? head : `${head} ${rest} ${smallName}`;
}

/** An RFC 3339 instant to the second, in UTC: `2026-11-22 10:00:00Z`. */
export function instantText(instant: string): string {
  return `${new Date(instant).toISOString().slice(0, 19).replace("T", " ")}Z`;
}

/** The day of an instant, in UTC. */
export const dayText = (instant: string): string => instantText(instant).slice(0, 10);

/** When, and how far from now: `2026-11-22 10:00:00Z (in 25 s)`, `(3 min 5 s ago)`, `(now)` within a second. */
export function instantFromNow(instant: string, now: number): string {
  const ahead = Date.parse(instant) - now;
  return `${instantText(instant)} (${fromNow(ahead)})`;
}

function fromNow(ahead: number): string {
  if (Math.abs(ahead) < second) return "now";
  return ahead > 0 ? `in ${durationText(ahead)}` : `${durationText(-ahead)} ago`;
}

/** How far an instant is ahead: `25 s`; one that has passed is now. */
export const distanceText = (instant: string, now: number): string =>
  durationText(Math.max(0, Date.parse(instant) - now));

import { type LimitName, limitNames } from "@certmill/api";
import { InvalidArgumentError } from "commander";

/** One of the limits there are. */
export function limitName(text: string): LimitName {
  const name = limitNames.find((each) => each === text);
  if (name !== undefined) return name;
  throw new InvalidArgumentError(`There are: ${limitNames.join(", ")}.`);
}

const unitSeconds: Readonly<Record<string, number>> = {
  s: 1,
  m: 60,
  min: 60,
  h: 3_600,
  d: 86_400,
  w: 604_800,
};

/** A period such as `7d`, `3h`, `90s`, in seconds. */
export function periodSeconds(text: string): number {
  const [, count = "", unit = ""] = /^([1-9]\d{0,8}) ?(s|m|min|h|d|w)$/.exec(text) ?? [];
  const size = unitSeconds[unit];
  if (size !== undefined) return Number(count) * size;
  throw new InvalidArgumentError("It must be a number with its unit: 7d, 3h, 30min, 90s.");
}

/** The beginning of a day in UTC, or an instant; as RFC 3339. */
export function startText(text: string): string {
  const [, day = "", time = "T00:00:00Z"] =
    /^(\d{4}-\d\d-\d\d)(T[\d:.]+(?:Z|[+-]\d\d:\d\d))?$/.exec(text) ?? [];
  const at = Date.parse(`${day}${time}`);
  if (!Number.isNaN(at) && isDay(day)) return new Date(at).toISOString();
  throw new InvalidArgumentError("It must be a day or an instant: 2026-12-06 or 2026-12-06T08:00:00Z.");
}

/** `Date` takes the 31st of February for a day in March. */
const isDay = (day: string): boolean => new Date(`${day}T00:00:00Z`).toISOString().startsWith(day);

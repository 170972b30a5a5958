/** What the options of `campaign create` are written as. */
import { InvalidArgumentError } from "commander";

/** `2027-02-20`, to the end of that day in UTC, or an instant as RFC 3339. @returns the instant. */
export function finishBy(text: string): string {
  const at = /^\d{4}-\d{2}-\d{2}$/.test(text) ? `${text}T23:59:59Z` : text;
  // A day that is not in the calendar would be taken for one of the next month.
  const isInstant = /^\d{4}-\d{2}-\d{2}T/.test(at) && !Number.isNaN(Date.parse(at));
  if (isInstant && new Date(`${at.slice(0, 10)}T00:00:00Z`).toISOString().slice(0, 10) === at.slice(0, 10))
    return new Date(at).toISOString();
  throw new InvalidArgumentError(
    "It must be a day like 2027-02-20, or an instant like 2027-02-20T18:00:00Z.",
  );
}

export interface DayWindow {
  readonly from: string;
  readonly to: string;
}

/** `22:00-06:00`. */
export function dayWindow(text: string): DayWindow {
  const time = "((?:[01][0-9]|2[0-3]):[0-5][0-9])";
  const [, from, to] = new RegExp(`^${time}-${time}$`).exec(text) ?? [];
  if (from !== undefined && to !== undefined && from !== to) return { from, to };
  throw new InvalidArgumentError("It must be two different times of the day in UTC, like 22:00-06:00.");
}

/** `50%`. @returns the share, 0 to 1. */
export function percentage(text: string): number {
  const value = Number(/^(\d{1,3}(?:\.\d+)?) ?%$/.exec(text)?.[1] ?? Number.NaN);
  if (value >= 0 && value <= 100) return value / 100;
  throw new InvalidArgumentError("It must be 0% to 100%.");
}

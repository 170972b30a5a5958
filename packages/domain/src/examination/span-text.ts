import type { Duration } from "../time/instant.ts";

/** A span in one unit, for a sentence: `0.4 ms`, `40 ms`, `12 seconds`, `3 minutes`, `2 hours`, `5 days`. */
export function spanText(span: Duration): string {
  if (span < 1) return `${span.toFixed(1)} ms`;
  if (span < 1_000) return `${Math.round(span)} ms`;
  const unit = units.find(([, length, most]) => span < length * most) ?? units[units.length - 1];
  const [name, length] = unit ?? ["second", 1_000];
  const count = Math.floor(span / length);
  return `${count} ${name}${count === 1 ? "" : "s"}`;
}

/** Each with its length, and how many of it are told before the next one is. */
const units: readonly (readonly [name: string, length: number, most: number])[] = [
  ["second", 1_000, 120],
  ["minute", 60_000, 120],
  ["hour", 3_600_000, 48],
  ["day", 86_400_000, Number.POSITIVE_INFINITY],
];

/** How a time that is past is given: an instant, or a time ago such as `24h` or `7d`. */
import { InvalidArgumentError } from "commander";

const unit = { h: 3_600_000, d: 86_400_000 } as const;
const timeAgo = /^(\d{1,4})(h|d)$/;

/** Takes an option's text when it is an instant or a time ago. */
export function pastTimeText(text: string): string {
  if (timeAgo.test(text) || !Number.isNaN(Date.parse(text))) return text;
  throw new InvalidArgumentError(
    "It must be an instant such as 2026-11-26T08:00:00Z, or a time ago such as 24h.",
  );
}

/** The instant that it means. */
export function pastInstant(text: string, now: number): string {
  const [, count, letter] = timeAgo.exec(text) ?? [];
  if (count === undefined) return new Date(text).toISOString();
  return new Date(now - Number(count) * unit[letter === "h" ? "h" : "d"]).toISOString();
}

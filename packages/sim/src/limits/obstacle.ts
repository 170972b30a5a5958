import type { Instant } from "@certmill/domain";
import type { Allowance } from "./allowance.ts";
import type { LimitName } from "./rules.ts";
import type { Usage } from "./usage.ts";

/** The limits whose refusals tell an instant, as Let's Encrypt's do. */
export type TimedLimit = Exclude<LimitName, "consecutiveFailures" | "requestRate" | "quota" | "overload">;

/** One limit that stands in the way of a request. */
export interface Obstacle {
  readonly limit: TimedLimit;
  readonly allowance: Allowance;
  /** What is limited, such as a registered domain. */
  readonly subject: string;
  /** The first instant at which this limit lets the same request pass. */
  readonly until: Instant;
}

/** Looks without spending. Empty when there is one left, or no limit. */
export function obstacles(
  limit: TimedLimit,
  { usage, key, subject = key }: { readonly usage: Usage; readonly key: string; readonly subject?: string },
  allowance: Allowance | null,
  now: Instant,
): readonly Obstacle[] {
  if (allowance === null) return [];
  const until = usage.availableAt(key, allowance, now);
  return until <= now ? [] : [{ limit, allowance, subject, until }];
}

/** The one that stands longest, which is what Let's Encrypt tells; `null`: there is none. */
export const longest = (all: readonly Obstacle[]): Obstacle | null =>
  all.reduce<Obstacle | null>(
    (most, each) => (most !== null && most.until >= each.until ? most : each),
    null,
  );

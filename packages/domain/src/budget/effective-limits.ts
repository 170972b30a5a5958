import type { Instant } from "../time/instant.ts";
import type { Limit, LimitName, Limits } from "./limit.ts";

/** A limit that a CA granted, or that the operator keeps to, from an instant on. */
export interface LimitOverride {
  readonly limit: LimitName;
  /** The bucket that it holds for (a registered domain, an account's id); null: every bucket of this limit. */
  readonly key: string | null;
  readonly rule: Limit;
  readonly startsAt: Instant;
}

export interface LimitRequest {
  readonly builtIn: Limits;
  /** Of one CA. Of two that start at the same instant the later in this list is the newer. */
  readonly overrides: readonly LimitOverride[];
  readonly limit: LimitName;
  readonly key: string;
  readonly now: Instant;
}

/**
 * The rule that holds for one bucket now: the newest started override for its key, else the newest started one for
 * every key, else the built-in.
 *
 * @returns null when nothing limits it.
 */
export function effectiveLimit({ builtIn, overrides, limit, key, now }: LimitRequest): Limit | null {
  const started = overrides.filter((override) => override.limit === limit && override.startsAt <= now);
  const chosen =
    newest(started.filter((override) => override.key === key)) ??
    newest(started.filter((override) => override.key === null));
  return chosen?.rule ?? builtIn[limit] ?? null;
}

const newest = (overrides: readonly LimitOverride[]): LimitOverride | null =>
  overrides.reduce<LimitOverride | null>(
    (best, each) => (best === null || each.startsAt >= best.startsAt ? each : best),
    null,
  );

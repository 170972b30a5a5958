import type { Duration } from "@certmill/domain";

/**
 * How much of something is allowed: `burst` at once, and after that `count` in a `period`, refilled evenly. Let's
 * Encrypt writes its limits so (https://letsencrypt.org/docs/rate-limits/).
 */
export interface Allowance {
  /** Whole, 1 or more. */
  readonly burst: number;
  /** Whole, 1 or more. */
  readonly count: number;
  /** In whole milliseconds, 1 or more. */
  readonly period: Duration;
}

/** `count` in `period`, all at once or spread. */
export const per = (period: Duration, count: number, burst = count): Allowance => ({ burst, count, period });

/** Whether what is computed with it stays a whole number that JavaScript can hold. */
export const isCountable = ({ burst, count, period }: Allowance): boolean =>
  [burst, count, period].every((each) => Number.isSafeInteger(each) && each > 0) &&
  Number.isSafeInteger(burst * period * 2);

/** @throws RangeError */
export function demandAllowance(name: string, allowance: Allowance): void {
  if (isCountable(allowance)) return;
  const { burst, count, period } = allowance;
  throw new RangeError(`${name} must be of whole numbers above 0, but is ${burst}, ${count} in ${period} ms`);
}

/**
 * The same with `divisor` times less of everything, for a run with so many times fewer names. The pace is exact; the
 * burst is rounded and at least 1.
 */
export function divided({ burst, count, period }: Allowance, divisor: number): Allowance {
  const smaller = Math.max(1, Math.round(burst / divisor));
  return count % divisor === 0
    ? { burst: smaller, count: count / divisor, period }
    : { burst: smaller, count, period: (period * divisor) as Duration };
}

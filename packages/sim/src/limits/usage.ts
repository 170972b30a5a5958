import { type Instant, instant } from "@certmill/domain";
import type { Allowance } from "./allowance.ts";

/**
 * What is gone of one allowance, in parts of a `period`th of one, so that all stays whole: one that is spent adds
 * `period`, and every millisecond takes `count` away.
 */
interface Spent {
  allowance: Allowance;
  gone: number;
  at: Instant;
}

const FEWEST_TO_SWEEP = 1_024;

/**
 * Who has used how much of a limit, by key. What has refilled is forgotten, as it is as if it had never been used.
 * The allowance can change from one call to the next: the time until all is back stays as it was.
 */
export class Usage {
  readonly #spent = new Map<string, Spent>();
  #sweepAt = FEWEST_TO_SWEEP;

  /** When one more is to be had: `now` or earlier when it is now, else the first such millisecond. */
  availableAt(key: string, allowance: Allowance, now: Instant): Instant {
    const { gone } = this.#look(key, allowance, now);
    const over = gone + allowance.period - allowance.burst * allowance.period;
    return over <= 0 ? now : instant(now + Math.ceil(over / allowance.count));
  }

  /** Takes one when there is one. @returns whether there was. */
  spend(key: string, allowance: Allowance, now: Instant): boolean {
    const { gone } = this.#look(key, allowance, now);
    if (gone + allowance.period > allowance.burst * allowance.period) return false;
    this.#spent.set(key, { allowance, gone: gone + allowance.period, at: now });
    if (this.#spent.size >= this.#sweepAt) this.#sweep(now);
    return true;
  }

  /** Gives one back, but never more than all. */
  refund(key: string, allowance: Allowance, now: Instant): void {
    const { gone } = this.#look(key, allowance, now);
    this.#spent.set(key, { allowance, gone: Math.max(0, gone - allowance.period), at: now });
  }

  /** As if none had been used. */
  reset(key: string): void {
    this.#spent.delete(key);
  }

  /** How many are there now, in whole ones. */
  left(key: string, allowance: Allowance, now: Instant): number {
    const { gone } = this.#look(key, allowance, now);
    return Math.max(0, Math.floor(allowance.burst - gone / allowance.period));
  }

  #look(key: string, allowance: Allowance, now: Instant): Spent {
    const spent = this.#spent.get(key);
    if (spent === undefined) return { allowance, gone: 0, at: now };
    const before = goneAt(spent, now);
    if (same(spent.allowance, allowance)) return { allowance, gone: before, at: now };
    // It may be more than all of the new one, whenever it is looked at: else what was told would depend on that.
    const fullIn = before / spent.allowance.count;
    return { allowance, gone: Math.ceil(fullIn * allowance.count), at: now };
  }

  #sweep(now: Instant): void {
    for (const [key, spent] of this.#spent) if (goneAt(spent, now) === 0) this.#spent.delete(key);
    this.#sweepAt = Math.max(FEWEST_TO_SWEEP, this.#spent.size * 2);
  }
}

/** A clock that went back refills nothing. */
const goneAt = ({ allowance, gone, at }: Spent, now: Instant): number =>
  Math.max(0, gone - Math.max(0, now - at) * allowance.count);

const same = (a: Allowance, b: Allowance): boolean =>
  a === b || (a.burst === b.burst && a.count === b.count && a.period === b.period);

import { LIMIT_NAMES, type LimitName } from "./rules.ts";

/** How often something happened, by limit. */
export type LimitTally = Readonly<Record<LimitName, number>>;

/** Counts by limit since the start. */
export class LimitCounter {
  readonly #counts = Object.fromEntries(LIMIT_NAMES.map((name) => [name, 0])) as Record<LimitName, number>;

  add(name: LimitName, n = 1): void {
    this.#counts[name] += n;
  }

  tally(): LimitTally {
    return { ...this.#counts };
  }
}

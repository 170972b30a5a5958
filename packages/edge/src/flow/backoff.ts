/** How long to wait after a failure, in milliseconds: doubling from `least` to `most`. */
export interface Backoff {
  readonly least: number;
  readonly most: number;
}

/**
 * The wait after the n-th failure in a row, in milliseconds. Half of it is chance, so that a thousand edges
 * that lost the same server do not come back at the same moment.
 *
 * @param failures in a row, at least 1.
 * @param chance from 0 to 1.
 */
export function backoffAfter(failures: number, { least, most }: Backoff, chance = Math.random()): number {
  const wait = Math.min(most, least * 2 ** Math.min(failures - 1, 30));
  return Math.round(wait * (0.5 + chance / 2));
}

import type { Cover, Pack } from "./pack.ts";

/** What a pack becomes whose dead names are known. */
export interface SplitPack {
  /** To be ordered together, at once; null: nothing of it lives. */
  readonly living: Pack | null;
  /** Each by itself from now on, to be tried again at its own pace. */
  readonly apart: readonly Cover[];
}

/**
 * Takes the dead out of a pack: one name that fails has the CA refuse the whole certificate. A domain with a dead name
 * among its own is dead as a whole, as it is never divided.
 *
 * @param dead names as they stand in the certificate. With none of the pack's nothing is apart.
 */
export function splitPack(covers: Pack, dead: ReadonlySet<string>): SplitPack {
  const isDead = ({ names }: Cover): boolean => names.some((name) => dead.has(name));
  const [first, ...others] = covers.filter((cover) => !isDead(cover));
  return { living: first === undefined ? null : [first, ...others], apart: covers.filter(isDead) };
}

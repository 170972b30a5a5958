import type { Identifier } from "../wire/identifier.ts";

/** How what a CA wrote differs from what was asked: some add names of their own. Both lists are mostly empty. */
export interface NameDifference {
  /** Asked for, but not there. */
  readonly missing: readonly string[];
  /** There, but not asked for. */
  readonly added: readonly string[];
}

/** Compares sets of names, whatever their order and case; null when they are the same. */
export function nameDifference(asked: readonly string[], got: readonly string[]): NameDifference | null {
  const [wanted, given] = [setOf(asked), setOf(got)];
  const missing = [...wanted.difference(given)];
  const added = [...given.difference(wanted)];
  return missing.length === 0 && added.length === 0 ? null : { missing, added };
}

/** The names of an order's identifiers, for `nameDifference`. */
export const namesOf = (identifiers: readonly Identifier[]): readonly string[] =>
  identifiers.map(({ value }) => value);

const setOf = (names: readonly string[]): ReadonlySet<string> =>
  new Set(names.map((name) => name.toLowerCase()));

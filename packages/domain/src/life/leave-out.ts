/** Which names a certificate goes on without, so that one dead alias does not hold back its site. */

/** By name: failures in a row that were its own. */
export type Suspects = Readonly<Record<string, number>>;

export interface LeaveOut {
  /** With this failure counted. */
  readonly suspects: Suspects;
  /** Left out from now on, in the order they had; empty: none is. */
  readonly leftOut: readonly string[];
  readonly rest: readonly string[];
}

/**
 * The first name is the site's own and never left out: a certificate for the aliases alone is not what was asked for. A
 * failure that is its own, too, would be there without the others, and counts for none of them. Nor does one that
 * is about no name, and it forgets none.
 *
 * @param failed.after failures of a name's own after which it is left out.
 */
export function leaveOut(
  names: readonly string[],
  failed: { readonly names: readonly string[]; readonly before: Suspects; readonly after: number },
): LeaveOut {
  const [primary, ...others] = names;
  const counts = primary === undefined || failed.names.includes(primary) ? [] : failed.names;
  const suspects: Record<string, number> = { ...failed.before };
  for (const name of others.filter((each) => counts.includes(each)))
    suspects[name] = (suspects[name] ?? 0) + 1;
  const leftOut = others.filter((name) => (suspects[name] ?? 0) >= failed.after);
  return { suspects, leftOut, rest: names.filter((name) => !leftOut.includes(name)) };
}

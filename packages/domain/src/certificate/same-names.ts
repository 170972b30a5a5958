/** Whether two lists hold the same DNS names, in any order, letter case and number of mentions. */
export function sameNames(a: readonly string[], b: readonly string[]): boolean {
  const left = new Set(a.map((name) => name.toLowerCase()));
  const right = new Set(b.map((name) => name.toLowerCase()));
  return left.size === right.size && left.isSubsetOf(right);
}

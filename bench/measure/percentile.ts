/** @param ascending at least one value. @param share 0.99 for the 99th percentile, by nearest rank. */
export function percentile(ascending: readonly number[], share: number): number {
  const value = ascending[Math.max(0, Math.ceil(ascending.length * share) - 1)];
  if (value === undefined) throw new RangeError("There is no percentile of nothing.");
  return value;
}

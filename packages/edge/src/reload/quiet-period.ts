/** When to reload after changes, in milliseconds. */
export interface QuietPeriod {
  /** So long no further change must have come. */
  readonly quiet: number;
  /** So long after the first change the reload comes in any case. */
  readonly mostDelay: number;
}

/** When the reload for some changes is due. All instants in milliseconds since 1970. */
export function reloadDue(
  { firstChangeAt, lastChangeAt }: { readonly firstChangeAt: number; readonly lastChangeAt: number },
  { quiet, mostDelay }: QuietPeriod,
): number {
  return Math.min(lastChangeAt + quiet, firstChangeAt + mostDelay);
}

import type { Due } from "../flow/lanes.ts";
import type { Retries } from "../flow/retries.ts";
import type { ByNeed } from "./by-need.ts";
import type { Holding } from "./holding.ts";
import type { Holdings } from "./holdings.ts";

export interface Line {
  readonly line: ByNeed;
  readonly holdings: Holdings;
  readonly retries: Retries;
  /** What is tried again later when it fails: something newer does not wait for it. */
  readonly attemptOf: (holding: Holding) => string;
}

/** The lineages of a line that are to be worked on next, and when the first that failed is due again. */
export function nextDue(
  { line, holdings, retries, attemptOf }: Line,
  underWay: ReadonlySet<string>,
  most: number,
): Due<Holding> {
  const now = Date.now();
  const ready: { readonly id: string; readonly item: Holding }[] = [];
  let nextAt: number | null = null;
  for (const lineageId of line) {
    if (ready.length === most) break;
    if (underWay.has(lineageId)) continue;
    const holding = holdings.get(lineageId);
    if (holding === null) continue;
    const notBefore = retries.notBefore(attemptOf(holding));
    if (notBefore <= now) ready.push({ id: lineageId, item: holding });
    else nextAt = Math.min(nextAt ?? notBefore, notBefore);
  }
  return { ready, nextAt };
}

/** A key for what should become of a lineage's files or of its place in the proxy. */
export const attemptAt = (lineageId: string, ref: { certificateId: string; serial: string } | null): string =>
  `${lineageId}/${ref === null ? "none" : `${ref.certificateId}-${ref.serial}`}`;

import type { Retries } from "../flow/retries.ts";
import type { ByNeed } from "./by-need.ts";
import type { Holding } from "./holding.ts";
import type { Holdings } from "./holdings.ts";

/**
 * The lineage of a line that is to be worked on next; else when the first that failed is due again, in
 * milliseconds since 1970, null when none has failed.
 *
 * @param attemptOf what is tried again later when it fails: something newer does not wait for it.
 */
export function nextDue(
  { line, holdings, retries }: { line: ByNeed; holdings: Holdings; retries: Retries },
  underWay: ReadonlySet<string>,
  attemptOf: (holding: Holding) => string,
): { readonly id: string; readonly item: Holding } | number | null {
  const now = Date.now();
  let retryAt: number | null = null;
  for (const lineageId of line) {
    if (underWay.has(lineageId)) continue;
    const holding = holdings.get(lineageId);
    if (holding === null) continue;
    const notBefore = retries.notBefore(attemptOf(holding));
    if (notBefore <= now) return { id: lineageId, item: holding };
    retryAt = Math.min(retryAt ?? notBefore, notBefore);
  }
  return retryAt;
}

/** A key for what should become of a lineage's files or of its place in the proxy. */
export const attemptAt = (lineageId: string, ref: { certificateId: string; serial: string } | null): string =>
  `${lineageId}/${ref === null ? "none" : `${ref.certificateId}-${ref.serial}`}`;

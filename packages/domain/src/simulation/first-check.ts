/**
 * Names are looked at before their first order (check/recheck.ts): what leads elsewhere waits for its check to turn right, or for the order that is
 * made anyway. So it joins the line when it is ready, and not where its list had it.
 */
import { afterCheck, noChecks } from "../check/recheck.ts";
import type { Instant } from "../time/instant.ts";
import { instant } from "../time/instant.ts";
import type { Lineage } from "./lineage.ts";

/** When a lineage that is released now joins the line. Checks take no time, and see at once that names are right. */
export function joinsLineAt({ issuableFrom }: Pick<Lineage, "issuableFrom">, now: Instant): Instant {
  if (issuableFrom !== null && issuableFrom <= now) return now;
  return earlier(issuableFrom, orderedAnywayAt(now));
}

/** A check that turns right brings the next try forward. @param retryAt by the steps; null: it was given up. */
export function triedAgainAt(
  { issuableFrom }: Pick<Lineage, "issuableFrom">,
  retryAt: Instant | null,
  now: Instant,
): Instant | null {
  if (retryAt === null || issuableFrom === null || issuableFrom <= now) return retryAt;
  return earlier(issuableFrom, retryAt);
}

/** What the name servers tell is wrong at each check from `now` on. */
function orderedAnywayAt(now: Instant): Instant {
  let at = now;
  for (let memory = noChecks; ; ) {
    const { order, recheckAt, ...next } = afterCheck(memory, "dns", at);
    if (order || recheckAt === null) return at;
    memory = next;
    at = recheckAt;
  }
}

const earlier = (one: Instant | null, other: Instant): Instant =>
  one === null ? other : instant(Math.min(one, other));

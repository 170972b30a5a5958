/** What a failed issuance does to its lineage: as store/decision/commit-abandoned.ts has it in SQL. */
import { type FailureCode, failures } from "../failure/failure-code.ts";
import type { Instant } from "../time/instant.ts";
import type { AttemptEnd } from "./attempt.ts";
import type { Lineage } from "./lineage.ts";

/** With these an order that was never made says nothing of its names: it is no failure of theirs. */
const sayNothing: ReadonlySet<FailureCode> = new Set([
  "rate-limited",
  "ca-busy",
  "ca-unreachable",
  "request-pace",
  "ca-error",
]);

/** With these the CA says that it will not issue for the names, whoever asks: another may. */
const refusesNames: ReadonlySet<FailureCode> = new Set(["caa", "name-rejected", "name-paused"]);

/** @returns when it is tried again; null: only a person can help. */
export function afterFailure(
  lineage: Lineage,
  { cause, retryAt, hadOrder }: Extract<AttemptEnd, { kind: "failed" }>,
  { caId, pool, now }: { readonly caId: string; readonly pool: readonly string[]; readonly now: Instant },
): Instant | null {
  lineage.failures += sayNothing.has(cause) && !hadOrder ? 0 : 1;
  if (failures[cause].party === "customer") lineage.failingSince ??= now;
  lineage.failureCode = cause;
  if (!refusesNames.has(cause)) return retryAt;
  const hasAnother = pool.some((id) => id !== caId && !lineage.avoid.includes(id));
  lineage.avoid = [...lineage.avoid, caId];
  return hasAnother ? now : retryAt;
}

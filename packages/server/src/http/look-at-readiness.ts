import { setTimeout as sleep } from "node:timers/promises";
import type { ReadinessPart } from "@certmill/api";
import type { ReadinessCheck } from "./ports.ts";

/** A part that says nothing for so long, in milliseconds, is not ready; load balancers ask every few seconds. */
const patience = 2_000;

export async function lookAtReadiness({ part, check }: ReadinessCheck): Promise<ReadinessPart> {
  const over = new AbortController();
  const tooLong = sleep(patience, "It does not answer.", { signal: over.signal }).catch(() => null);
  try {
    const reason = await Promise.race([check(), tooLong]);
    return { part, ready: reason === null, reason };
  } catch (error) {
    return { part, ready: false, reason: error instanceof Error ? error.message : String(error) };
  } finally {
    over.abort();
  }
}

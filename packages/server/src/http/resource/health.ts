import { setTimeout as sleep } from "node:timers/promises";
import type { Operations, ReadinessPart } from "@certmill/api";
import type { ReadinessCheck } from "../ports.ts";
import type { Handler } from "../routes.ts";

export function checkLivenessHandler(): Handler<Operations["checkLiveness"]> {
  return async () => ({ status: 200, body: { alive: true } });
}

export function showMetricsHandler({
  metrics,
}: {
  readonly metrics: () => Promise<string>;
}): Handler<Operations["showMetrics"]> {
  return async () => ({ status: 200, body: await metrics() });
}

export function checkReadinessHandler({
  readiness,
}: {
  readonly readiness: readonly ReadinessCheck[];
}): Handler<Operations["checkReadiness"]> {
  return async () => {
    const parts = await Promise.all(readiness.map(lookAt));
    const ready = parts.every((part) => part.ready);
    return { status: ready ? 200 : 503, body: { ready, parts } };
  };
}

/** A part that says nothing for so long, in milliseconds, is not ready; load balancers ask every few seconds. */
const patience = 2_000;

async function lookAt({ part, check }: ReadinessCheck): Promise<ReadinessPart> {
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

import type { Operations } from "@certmill/api";
import { lookAtReadiness } from "../look-at-readiness.ts";
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
    const parts = await Promise.all(readiness.map(lookAtReadiness));
    const ready = parts.every((part) => part.ready);
    return { status: ready ? 200 : 503, body: { ready, parts } };
  };
}

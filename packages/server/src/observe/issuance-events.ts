/** One place where a stored event of an issuance becomes a log record and a figure. */
import { between, type FailureCode, failures } from "@certmill/domain";
import type { Logger } from "pino";
import type { ClaimedIssuance } from "../store/claim-issuances.ts";
import type { TimelineEvent } from "../store/decision/tell-events.ts";
import type { Metrics } from "./metrics.ts";
import { traceField } from "./tracing/trace-context.ts";

const steps: Readonly<Record<string, string>> = {
  "order.created": "order",
  "challenge.published": "challenge_published",
  "challenge.propagated": "propagation",
  validated: "validation",
  finalized: "finalize",
  "certificate.stored": "download",
};

export function observeIssuance(metrics: Metrics, log: Logger) {
  return (issuance: ClaimedIssuance, events: readonly TimelineEvent[]): void => {
    for (const event of events) {
      const step = steps[event.kind];
      if (step !== undefined && event.took !== null)
        metrics.step.observe({ step, ...whose(issuance) }, event.took / 1_000);
      observe(metrics, issuance, event);
      record(log, issuance, event);
    }
  };
}

const whose = ({ caName, workClass }: ClaimedIssuance) => ({ ca: caName, class: workClass });

function observe(metrics: Metrics, issuance: ClaimedIssuance, { kind, at, detail }: TimelineEvent): void {
  const { caName: ca, wantedAt } = issuance;
  if (kind === "certificate.stored") {
    metrics.issued.inc(whose(issuance));
    metrics.timeToCertificate.observe(whose(issuance), between(wantedAt, at) / 1_000);
  }
  if (kind === "issuance.failed") {
    const code = detail["code"] as FailureCode;
    metrics.failed.inc({ code, party: failures[code].party, ca });
  }
  if (kind === "issuance.delayed") metrics.delayed.inc({ code: String(detail["code"]), ca });
}

function record(
  log: Logger,
  { id, lineageId, names, trace }: ClaimedIssuance,
  { kind, took, detail }: TimelineEvent,
): void {
  const fields = {
    event: kind,
    issuance: id,
    lineage: lineageId,
    name: names[0],
    tookMs: took,
    ...traceField(trace),
    ...detail,
  };
  if (kind === "issuance.failed") log.warn(fields, "issuance failed");
  else if (kind === "certificate.stored") log.info(fields, "certificate stored");
  else log.debug(fields, kind);
}

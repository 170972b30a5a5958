/** Where a check becomes a log record and a figure. */
import { type CheckDecision, evidenceOf, type Finding } from "@certmill/domain";
import type { Logger } from "pino";
import type { Metrics } from "./metrics.ts";

export function observeChecks(metrics: Metrics, log: Logger) {
  return (names: readonly string[], findings: readonly Finding[], decision: CheckDecision): void => {
    const faults = findings.filter(({ weight }) => weight === "fault").map(({ code }) => code);
    metrics.checks.inc({ result: evidenceOf(findings) === "none" ? "right" : "wrong" });
    const { order, failing } = decision;
    log.info(
      { event: "name.checked", name: names[0], faults, failing, order },
      "names checked before their first order",
    );
  };
}

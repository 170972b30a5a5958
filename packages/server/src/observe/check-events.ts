/** Where a check becomes a log record and a figure. */
import { type CheckOutcome, evidenceOf, type Finding } from "@certmill/domain";
import type { Logger } from "pino";
import type { Metrics } from "./metrics.ts";

export function observeChecks(metrics: Metrics, log: Logger) {
  return (names: readonly string[], findings: readonly Finding[], outcome: CheckOutcome): void => {
    const faults = findings.filter(({ weight }) => weight === "fault").map(({ code }) => code);
    metrics.checks.inc({ result: evidenceOf(findings) === "none" ? "right" : "wrong" });
    const { order, move, memory } = outcome;
    log.info(
      { event: "name.checked", name: names[0], faults, failing: memory.failing, order, move },
      "names checked",
    );
  };
}

/** Where what a CA taught the ledger becomes a log record and a figure. */
import type { Logger } from "pino";
import type { LedgerNews } from "../store/planning/fold-ledger.ts";
import type { Metrics } from "./metrics.ts";

export function observeBudget(metrics: Metrics, log: Logger) {
  return (news: LedgerNews): void => {
    if (news.kind === "corrected") {
      metrics.budgetCorrections.inc({ ca: news.ca, limit: news.limit });
      metrics.budgetDrift.set({ ca: news.ca, limit: news.limit }, news.drift);
      log.warn(
        { event: "budget.corrected", ...news },
        "a CA refused what our ledger allowed: its limit is stricter than we believe, or another client uses it too",
      );
    } else {
      metrics.caSlowed.inc({ ca: news.ca });
      log.warn(
        { event: "ca.slowed", ...news },
        "a CA asked for patience: nothing is planned for it until then",
      );
    }
  };
}

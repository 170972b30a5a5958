/** Where a renewal window that a CA has moved becomes a log record and a figure. The timelines have each of them. */
import type { Logger } from "pino";
import type { RenewalNews } from "../store/renewal-polls.ts";
import type { Metrics } from "./metrics.ts";

export function observeRenewals(metrics: Metrics, log: Logger) {
  return ({ ca, ...news }: Omit<RenewalNews, "caId"> & { readonly ca: string }): void => {
    const { moved, urgent } = news;
    metrics.renewalsMoved.inc({ ca, urgency: "urgent" }, urgent);
    metrics.renewalsMoved.inc({ ca, urgency: "ordinary" }, moved - urgent);
    const fields = { event: "renewal.moved", ca, ...news };
    if (urgent > 0)
      log.warn(fields, "a CA says that certificates should have been renewed already: it may revoke them");
    else log.info(fields, "a CA has moved the time at which certificates are to be renewed");
  };
}

/** Where a round of a webhook becomes a log record and a figure. */
import type { Logger } from "pino";
import type { ClaimedWebhook, RoundResult } from "../store/webhook-rounds.ts";
import type { Metrics } from "./metrics.ts";

export function observeWebhooks(metrics: Metrics, log: Logger) {
  return (webhook: ClaimedWebhook, result: RoundResult): void => {
    const { taken, failed, gaveUp, disable, answers } = result;
    metrics.webhookMessages.inc({ result: "taken" }, taken);
    metrics.webhookMessages.inc({ result: "failed" }, failed);
    metrics.webhookMessages.inc({ result: "gave_up" }, gaveUp.length);
    const fields = { webhook: webhook.id, taken, failed, held: result.held.length };
    if (disable !== null)
      log.warn({ event: "webhook.disabled", ...fields, reason: disable }, "a webhook is sent no more");
    else if (failed > 0)
      log.warn({ event: "webhook.failed", ...fields, last: answers[0] }, "a webhook did not take all");
    else log.debug({ event: "webhook.told", ...fields }, "a webhook was told");
  };
}

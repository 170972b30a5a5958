/** What tells webhooks, in a worker's process. */
import { seconds } from "@certmill/domain";
import type { Logger } from "pino";
import type { Clock } from "./clock.ts";
import type { Config } from "./config/read-config.ts";
import { sendConcurrency } from "./effects/send-webhook.ts";
import { observeErrors } from "./observe/loop-errors.ts";
import type { Metrics } from "./observe/metrics.ts";
import { observeWebhooks } from "./observe/webhook-events.ts";
import type { Database } from "./store/database.ts";
import { readInstallationId } from "./store/installation-id.ts";
import { forgetWebhookLeases } from "./store/webhook-rounds.ts";
import { type SendWebhook, WebhookWatch } from "./work/webhook-watch.ts";

export async function startWebhooks(parts: {
  readonly config: Pick<Config, "pollEvery">;
  readonly database: Database;
  readonly clock: Clock;
  readonly sendWebhook: SendWebhook;
  readonly metrics: Metrics;
  readonly log: Logger;
}): Promise<WebhookWatch> {
  const { config, database, clock, sendWebhook, metrics, log } = parts;
  if (database.kind === "embedded") await forgetWebhookLeases(database.db, clock.now());
  const watch = new WebhookWatch({
    db: database.db,
    clock,
    installation: await readInstallationId(database.db),
    send: sendWebhook,
    concurrency: sendConcurrency,
    pollEvery: config.pollEvery ?? seconds(1),
    onRound: observeWebhooks(metrics, log),
    onError: observeErrors(
      parts,
      "webhook.error",
      "telling a webhook met an error; it is told again after its lease",
    ),
  });
  await database.listen("certmill_feed", () => watch.wake());
  return watch;
}

import type { Logger } from "pino";
import type { Metrics } from "./metrics.ts";

/** Told when a round of what goes on beside the worker broke: the database is away, or a bug. */
export const observeErrors =
  ({ metrics, log }: { readonly metrics: Metrics; readonly log: Logger }, event: string, message: string) =>
  (error: unknown): void => {
    metrics.workerErrors.inc();
    log.error({ event, err: error }, message);
  };

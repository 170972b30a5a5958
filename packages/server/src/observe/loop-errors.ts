import type { Logger } from "pino";
import type { ClaimedIssuance } from "../store/claim-issuances.ts";
import type { Metrics } from "./metrics.ts";
import { traceField } from "./tracing/trace-context.ts";

interface Observers {
  readonly metrics: Metrics;
  readonly log: Logger;
}

/** Told when a round of what goes on beside the worker broke: the database is away, or a bug. */
export const observeErrors =
  ({ metrics, log }: Observers, event: string, message: string) =>
  (error: unknown): void => {
    metrics.workerErrors.inc();
    log.error({ event, err: error }, message);
  };

/** Told when a round of the worker broke, or an issuance in it. */
export const observeWorkerErrors =
  ({ metrics, log }: Observers) =>
  (error: unknown, issuance: ClaimedIssuance | null): void => {
    metrics.workerErrors.inc();
    const whose = {
      issuance: issuance?.id,
      name: issuance?.names[0],
      ...traceField(issuance?.trace ?? null),
    };
    log.error(
      { event: "worker.error", err: error, ...whose },
      "the worker met an error; what it held is taken up again after its lease",
    );
  };

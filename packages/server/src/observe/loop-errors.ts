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
    const whose = issuance === null ? {} : whoseIs(issuance);
    log.error(
      { event: "worker.error", err: error, ...whose },
      "the worker met an error; what it held is taken up again after its lease",
    );
  };

/** Told of an exception by which an issuance fails (`internal-error`). */
export const observeOwnFaults =
  ({ metrics, log }: Observers) =>
  (error: unknown, issuance: ClaimedIssuance): void => {
    metrics.workerErrors.inc();
    log.error(
      { event: "issuance.broke", err: error, ...whoseIs(issuance) },
      "an issuance met a fault of ours; it fails, and is tried again later",
    );
  };

const whoseIs = ({ id, names, trace }: ClaimedIssuance) => ({
  issuance: id,
  name: names[0],
  ...traceField(trace),
});

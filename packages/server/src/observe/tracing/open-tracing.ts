import type { Logger } from "pino";
import type { TracingSettings } from "../../config/tracing-config.ts";
import type { Metrics } from "../metrics.ts";
import { type TracedProcess, type Tracing, untraced } from "./tracing.ts";

/** OpenTelemetry is loaded here, where traces are exported; where they cannot be, the log says so, and all else goes on. */
export async function openTracing(
  { tracing, warnings }: TracingSettings,
  traced: TracedProcess,
  { metrics, log }: { readonly metrics: Metrics; readonly log: Logger },
): Promise<Tracing> {
  for (const warning of warnings) log.warn({ event: "trace.setting" }, warning);
  if (tracing === null) return untraced;
  try {
    const { OpenTelemetry } = await import("./open-telemetry.ts");
    return new OpenTelemetry(tracing, traced, {
      onSpans: (result, count) => metrics.traceSpans.inc({ result }, count),
      onTrouble: (reason) =>
        log.warn(
          { event: "trace.failed", reason },
          "spans could not be sent to the collector; what does not fit the queue is dropped",
        ),
      onRecovery: () => log.info({ event: "trace.recovered" }, "the collector takes spans again"),
    });
  } catch (error) {
    log.warn({ event: "trace.off", err: error }, "traces cannot be exported: nothing is traced");
    return untraced;
  }
}

/** What the environment variables of OpenTelemetry ask for (https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables/). */
import { type Duration, milliseconds } from "@certmill/domain";

/** Which issuances are traced. */
export interface SamplerConfig {
  /** Whether the sampling of a request's own trace holds for the issuance that it asks for. */
  readonly followsCaller: boolean;
  /** The share of all others, from 0 to 1. */
  readonly ratio: number;
}

/** How spans are kept until they are sent. */
export interface SpanBatching {
  /** As many wait at most; what comes on top is dropped. */
  readonly most: number;
  /** So many go in one request. */
  readonly together: number;
  readonly every: Duration;
  readonly timeout: Duration;
}

export interface TracingConfig {
  readonly sampler: SamplerConfig;
  readonly batching: SpanBatching;
  /** Where spans are sent; absent: where this process's OTEL_EXPORTER_OTLP_… say, which the exporter reads itself. */
  readonly url?: string;
}

export interface TracingSettings {
  /** Null: nothing is traced. */
  readonly tracing: TracingConfig | null;
  /** What is set and not heeded, a sentence each: as OpenTelemetry has it, it keeps nothing from starting. */
  readonly warnings: readonly string[];
}

type Environment = Readonly<Record<string, string | undefined>>;

/** Traces are exported only where an endpoint is set, or the exporter is asked for by name. */
export function tracingSettings(environment: Environment): TracingSettings {
  const value = (name: string): string => environment[name]?.trim() ?? "";
  const exporter = value("OTEL_TRACES_EXPORTER");
  const hasEndpoint =
    value("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT") !== "" || value("OTEL_EXPORTER_OTLP_ENDPOINT") !== "";
  const isWanted = exporter === "otlp" || (exporter === "" && hasEndpoint);
  if (value("OTEL_SDK_DISABLED").toLowerCase() === "true" || exporter === "none") return off([]);
  if (!isWanted) {
    return off(
      exporter === ""
        ? []
        : [`OTEL_TRACES_EXPORTER is ${exporter}, which is not offered: otlp or none. Nothing is traced.`],
    );
  }
  const warnings: string[] = [];
  const protocol = value("OTEL_EXPORTER_OTLP_TRACES_PROTOCOL") || value("OTEL_EXPORTER_OTLP_PROTOCOL");
  if (protocol !== "" && protocol !== "http/protobuf")
    warnings.push(`OTEL_EXPORTER_OTLP_PROTOCOL is ${protocol}, which is not offered: http/protobuf is used.`);
  const sampler = samplerOf(value, warnings);
  return { tracing: { sampler, batching: batchingOf(value, warnings) }, warnings };
}

const off = (warnings: readonly string[]): TracingSettings => ({ tracing: null, warnings });

type Value = (name: string) => string;

const always: SamplerConfig = { followsCaller: true, ratio: 1 };

function samplerOf(value: Value, warnings: string[]): SamplerConfig {
  const name = value("OTEL_TRACES_SAMPLER").toLowerCase() || "parentbased_always_on";
  const followsCaller = name.startsWith("parentbased_");
  const root = followsCaller ? name.slice("parentbased_".length) : name;
  if (root === "always_on") return { followsCaller, ratio: 1 };
  if (root === "always_off") return { followsCaller, ratio: 0 };
  if (root === "traceidratio") return { followsCaller, ratio: ratioOf(value, warnings) };
  warnings.push(`OTEL_TRACES_SAMPLER is ${name}, which is not offered: parentbased_always_on is used.`);
  return always;
}

function ratioOf(value: Value, warnings: string[]): number {
  const text = value("OTEL_TRACES_SAMPLER_ARG");
  const ratio = text === "" ? 1 : Number(text);
  if (ratio >= 0 && ratio <= 1) return ratio;
  warnings.push(`OTEL_TRACES_SAMPLER_ARG is ${text}, which is no number from 0 to 1: 1 is used.`);
  return 1;
}

function batchingOf(value: Value, warnings: string[]): SpanBatching {
  const whole = (name: string, usual: number): number => {
    const text = value(name);
    if (text === "") return usual;
    if (/^\d{1,9}$/.test(text) && Number(text) > 0) return Number(text);
    warnings.push(`${name} is ${text}, which is no whole number above 0: ${usual} is used.`);
    return usual;
  };
  const most = whole("OTEL_BSP_MAX_QUEUE_SIZE", 2_048);
  return {
    most,
    together: Math.min(most, whole("OTEL_BSP_MAX_EXPORT_BATCH_SIZE", 512)),
    every: milliseconds(whole("OTEL_BSP_SCHEDULE_DELAY", 5_000)),
    timeout: milliseconds(whole("OTEL_BSP_EXPORT_TIMEOUT", 30_000)),
  };
}

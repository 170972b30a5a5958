/** Tracing by OpenTelemetry: spans go to a collector by OTLP over HTTP. Nothing is registered globally. */
import { AsyncLocalStorage } from "node:async_hooks";
import { type Context, ROOT_CONTEXT, SpanKind, type Tracer, trace } from "@opentelemetry/api";
import { OTLPTraceExporter } from "@opentelemetry/exporter-trace-otlp-proto";
import {
  ParentBasedSampler,
  type Sampler,
  SamplingDecision,
  TraceIdRatioBasedSampler,
  TracerProvider,
} from "@opentelemetry/sdk-trace";
import type { SamplerConfig, TracingConfig } from "../../config/tracing-config.ts";
import type { RecordedReceipt } from "../../store/write/receipts.ts";
import type { EndedTrace } from "../../store/write/take-ended-traces.ts";
import { countedExport, type ExportWatch } from "./counted-export.ts";
import { RootIds } from "./root-ids.ts";
import { beneath, codeOf, linksTo, markFailed } from "./span-parts.ts";
import { formatTraceparent, parseTraceparent } from "./trace-context.ts";
import { resourceOf } from "./trace-resource.ts";
import type { RequestedCa, SeenRequest, Step, StepEnd, TracedProcess, Tracing } from "./tracing.ts";

/** A collector that does not answer holds up the end of a process no longer, in milliseconds. */
const lastFlush = 1_000;

export class OpenTelemetry implements Tracing {
  readonly isOn = true;
  readonly #ids = new RootIds();
  readonly #provider: TracerProvider;
  readonly #tracer: Tracer;
  readonly #sampler: Sampler;
  readonly #now: () => Date;
  /** The span around what runs. */
  readonly #around = new AsyncLocalStorage<Context>();

  constructor({ url, batching, sampler }: TracingConfig, traced: TracedProcess, watch: ExportWatch) {
    const exporter = new OTLPTraceExporter(url === undefined ? {} : { url });
    this.#provider = new TracerProvider({
      idGenerator: this.#ids,
      resource: resourceOf(traced),
      spanProcessors: [countedExport(exporter, batching, watch)],
    });
    this.#tracer = this.#provider.getTracer("certmill", traced.version);
    this.#sampler = samplerOf(sampler);
    this.#now = () => new Date(traced.now());
  }

  beginTrace(asked: string | null): string | null {
    const caller = asked === null ? null : parseTraceparent(asked);
    const traceId = this.#ids.generateTraceId();
    const { decision } = this.#sampler.shouldSample(
      beneath(caller),
      traceId,
      "issuance",
      SpanKind.INTERNAL,
      {},
      [],
    );
    if (decision !== SamplingDecision.RECORD_AND_SAMPLED) return null;
    return formatTraceparent({ traceId, spanId: this.#ids.generateSpanId(), isSampled: true });
  }

  askedTrace(traceparent: unknown): string | null {
    const context = typeof traceparent === "string" ? parseTraceparent(traceparent) : null;
    return context === null ? null : formatTraceparent(context);
  }

  claimed<T>(traceparent: string | null, work: () => Promise<T>): Promise<T> {
    const context = traceparent === null ? null : parseTraceparent(traceparent);
    return context === null ? work() : this.#around.run(beneath(context), work);
  }

  async within<T>(
    { name, attributes }: Step,
    act: () => Promise<T>,
    endOf: (result: T) => StepEnd,
  ): Promise<T> {
    const context = this.#around.getStore();
    if (context === undefined) return act();
    const span = this.#tracer.startSpan(name, { startTime: this.#now(), attributes }, context);
    try {
      const result = await this.#around.run(trace.setSpan(context, span), act);
      const end = endOf(result);
      span.setAttributes(end.attributes);
      if (end.fault !== null) markFailed(span, end.fault);
      return result;
    } catch (error) {
      markFailed(span, codeOf(error));
      throw error;
    } finally {
      span.end(this.#now());
    }
  }

  requested(ca: RequestedCa, { method, resource, status, problem, retries, startedAt }: SeenRequest): void {
    const context = this.#around.getStore();
    if (context === undefined) return;
    const attributes = {
      "http.request.method": method,
      "server.address": ca.host,
      "certmill.ca": ca.name,
      "certmill.acme.resource": resource,
      ...(status === null ? {} : { "http.response.status_code": status }),
      ...(retries === 0 ? {} : { "http.request.resend_count": retries }),
      ...(problem === null ? {} : { "certmill.acme.problem": problem.type }),
    };
    const how = { kind: SpanKind.CLIENT, startTime: new Date(startedAt), attributes };
    const span = this.#tracer.startSpan(`${method} ${resource}`, how, context);
    if (problem !== null) markFailed(span, problem.type);
    else if (status === null) markFailed(span, "no-answer");
    span.end(this.#now());
  }

  ended(issuance: EndedTrace): void {
    const context = parseTraceparent(issuance.trace);
    if (context === null) return;
    const { names, failureCode, startedAt, endedAt, link } = issuance;
    const attributes = {
      "certmill.issuance.id": issuance.issuanceId,
      "certmill.lineage.id": issuance.lineageId,
      "certmill.name": names[0] ?? "",
      "certmill.names": names.length,
      "certmill.ca": issuance.caName,
      "certmill.class": issuance.workClass,
      "certmill.key_type": issuance.keyType,
      "certmill.outcome": issuance.end,
      "certmill.claims": issuance.claims,
    };
    const how = { root: true, startTime: new Date(startedAt), attributes, links: linksTo(link) };
    const span = this.#ids.as(context, () => this.#tracer.startSpan("issuance", how, ROOT_CONTEXT));
    if (failureCode !== null) markFailed(span, failureCode);
    span.end(new Date(endedAt));
  }

  delivered({ edgeGroup, served }: RecordedReceipt): void {
    const context = served === null || served.trace === null ? null : parseTraceparent(served.trace);
    if (served === null || context === null) return;
    const attributes = { "certmill.edge_group": edgeGroup };
    const how = { startTime: new Date(served.storedAt), attributes };
    this.#tracer.startSpan("deliver", how, beneath(context)).end(new Date(served.servedAt));
  }

  async stop(): Promise<void> {
    const patience = Promise.withResolvers<void>();
    const timer = setTimeout(patience.resolve, lastFlush);
    await Promise.race([this.#provider.shutdown().catch(() => {}), patience.promise]);
    clearTimeout(timer);
  }
}

function samplerOf({ followsCaller, ratio }: SamplerConfig): Sampler {
  const root = new TraceIdRatioBasedSampler(ratio);
  return followsCaller ? new ParentBasedSampler({ root }) : root;
}

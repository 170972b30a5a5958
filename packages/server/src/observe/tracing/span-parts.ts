/** Between the traceparents of our rows and what OpenTelemetry's spans are made of. */
import {
  type Context,
  type Link,
  ROOT_CONTEXT,
  type Span,
  type SpanContext,
  SpanStatusCode,
  trace,
} from "@opentelemetry/api";
import { parseTraceparent, type TraceContext } from "./trace-context.ts";

const spanContextOf = ({ traceId, spanId, isSampled }: TraceContext): SpanContext => ({
  traceId,
  spanId,
  traceFlags: isSampled ? 1 : 0,
  isRemote: true,
});

/** Where the children of a span are that another process has begun; null: where roots are. */
export const beneath = (parent: TraceContext | null): Context =>
  parent === null ? ROOT_CONTEXT : trace.setSpanContext(ROOT_CONTEXT, spanContextOf(parent));

export function linksTo(traceparent: string | null): Link[] {
  const context = traceparent === null ? null : parseTraceparent(traceparent);
  return context === null ? [] : [{ context: spanContextOf(context) }];
}

/** By its code only: a message may quote what is secret. */
export function markFailed(span: Span, code: string): void {
  span.setAttribute("error.type", code);
  span.setStatus({ code: SpanStatusCode.ERROR, message: code });
}

export function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return "unknown";
  return "code" in error && typeof error.code === "string" ? error.code : error.name;
}

/** A span's place in a trace, as the header `traceparent` has it (https://www.w3.org/TR/trace-context/#traceparent-header). */
export interface TraceContext {
  /** 32 lower-case hex digits, not all 0. */
  readonly traceId: string;
  /** 16 lower-case hex digits, not all 0. */
  readonly spanId: string;
  /** Whether whoever began it may have recorded it. */
  readonly isSampled: boolean;
}

/** Of version 00, and of later ones as far as they begin like it. */
const form = /^(?!ff)([0-9a-f]{2})-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-([0-9a-f]{2})(-.*)?$/;

/** @returns null when it is none. */
export function parseTraceparent(text: string): TraceContext | null {
  const [, version, traceId, spanId, flags, more] = form.exec(text) ?? [];
  if (traceId === undefined || spanId === undefined || flags === undefined) return null;
  if (version === "00" && more !== undefined) return null;
  return { traceId, spanId, isSampled: (Number.parseInt(flags, 16) & 1) === 1 };
}

export const formatTraceparent = ({ traceId, spanId, isSampled }: TraceContext): string =>
  `00-${traceId}-${spanId}-${isSampled ? "01" : "00"}`;

/** The field by which log lines and traces find each other; none where there is no trace. */
export const traceField = (trace: string | null): { readonly trace_id?: string } => {
  const context = trace === null ? null : parseTraceparent(trace);
  return context === null ? {} : { trace_id: context.traceId };
};

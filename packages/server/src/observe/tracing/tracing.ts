/**
 * Traces: one for each issuance, with a span for each step and each request to its CA. Whoever works on an issuance talks
 * to this port; OpenTelemetry is behind it (open-telemetry.ts), and loaded only where traces are exported.
 */
import type { Instant } from "@certmill/domain";
import type { RecordedReceipt } from "../../store/write/receipts.ts";
import type { EndedTrace } from "../../store/write/take-ended-traces.ts";

/** Values are bounded, but for names of domains and ids of rows; nothing that is secret. */
export type SpanAttributes = Readonly<Record<string, string | number | boolean>>;

export interface Step {
  readonly name: string;
  readonly attributes: SpanAttributes;
}

/** How a step ended. */
export interface StepEnd {
  /** A code; null: well. */
  readonly fault: string | null;
  readonly attributes: SpanAttributes;
}

/** A request to a CA that is over. */
export interface SeenRequest {
  readonly method: string;
  readonly resource: string;
  /** Null: no whole answer came. */
  readonly status: number | null;
  readonly problem: { readonly type: string } | null;
  readonly retries: number;
  readonly startedAt: number;
}

export interface RequestedCa {
  readonly name: string;
  /** Of its directory. */
  readonly host: string;
}

export interface Tracing {
  readonly isOn: boolean;
  /** See BeginTrace. */
  beginTrace(asked: string | null): string | null;
  /** The span of a request, by its header `traceparent`, as it is kept with what it asks for; null: there is nothing to keep. */
  askedTrace(traceparent: unknown): string | null;
  /** Runs what is done for an issuance under one claim. */
  claimed<T>(trace: string | null, work: () => Promise<T>): Promise<T>;
  /** Runs a step of what `claimed` runs. */
  within<T>(step: Step, act: () => Promise<T>, endOf: (result: T) => StepEnd): Promise<T>;
  /** Told of a request that the step around it made. */
  requested(ca: RequestedCa, request: SeenRequest): void;
  ended(issuance: EndedTrace): void;
  delivered(receipt: RecordedReceipt): void;
  /** Sends what waits, for a moment at most. */
  stop(): Promise<void>;
}

export const untraced: Tracing = {
  isOn: false,
  beginTrace: () => null,
  askedTrace: () => null,
  claimed: (_, work) => work(),
  within: (_, act) => act(),
  requested: () => {},
  ended: () => {},
  delivered: () => {},
  stop: () => Promise.resolve(),
};

/** What a process is, beside what OTEL_RESOURCE_ATTRIBUTES say of it. */
export interface TracedProcess {
  readonly version: string;
  readonly roles: string;
  readonly now: () => Instant;
}

/** Ids of spans: random, but for root spans, whose ids are in their issuances' rows since these were planned. */
import { type IdGenerator, RandomIdGenerator } from "@opentelemetry/sdk-trace";
import type { TraceContext } from "./trace-context.ts";

export class RootIds implements IdGenerator {
  readonly #random = new RandomIdGenerator();
  #given: Pick<TraceContext, "traceId" | "spanId"> | null = null;

  generateTraceId(): string {
    return this.#given?.traceId ?? this.#random.generateTraceId();
  }

  generateSpanId(): string {
    return this.#given?.spanId ?? this.#random.generateSpanId();
  }

  /** The span that `begin` starts, a root, has the ids of `context`. */
  as<T>(context: TraceContext, begin: () => T): T {
    this.#given = context;
    try {
      return begin();
    } finally {
      this.#given = null;
    }
  }
}

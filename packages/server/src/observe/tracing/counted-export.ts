/**
 * Between the spans that end and the collector: no more wait than may, what becomes of them is counted, and a collector that
 * takes nothing is told of once, and once when it takes them again.
 */
import { ExportResultCode } from "@opentelemetry/core";
import {
  BatchSpanProcessor,
  type ReadableSpan,
  type SpanExporter,
  type SpanProcessor,
} from "@opentelemetry/sdk-trace";
import type { SpanBatching } from "../../config/tracing-config.ts";

export interface ExportWatch {
  readonly onSpans: (result: "sent" | "failed" | "dropped", count: number) => void;
  /** The first time spans could not be sent. */
  readonly onTrouble: (reason: string) => void;
  /** They can be sent again. */
  readonly onRecovery: () => void;
}

export function countedExport(
  exporter: SpanExporter,
  batching: SpanBatching,
  watch: ExportWatch,
): SpanProcessor {
  let waiting = 0;
  let isInTrouble = false;
  const counting: SpanExporter = {
    export(spans, done) {
      exporter.export(spans, (result) => {
        waiting -= spans.length;
        const failed = result.code !== ExportResultCode.SUCCESS;
        watch.onSpans(failed ? "failed" : "sent", spans.length);
        if (failed && !isInTrouble) watch.onTrouble(result.error?.message ?? "no reason was given");
        if (!failed && isInTrouble) watch.onRecovery();
        isInTrouble = failed;
        done(result);
      });
    },
    forceFlush: () => exporter.forceFlush?.() ?? Promise.resolve(),
    shutdown: () => exporter.shutdown(),
  };
  const batches = new BatchSpanProcessor({
    exporter: counting,
    maxQueueSize: batching.most,
    maxExportBatchSize: batching.together,
    scheduledDelayMillis: batching.every,
    exportTimeoutMillis: batching.timeout,
  });
  return {
    onStart: (span, context) => batches.onStart(span, context),
    onEnd(span: ReadableSpan) {
      if (waiting >= batching.most) return watch.onSpans("dropped", 1);
      waiting += 1;
      batches.onEnd(span);
    },
    forceFlush: () => batches.forceFlush(),
    shutdown: () => batches.shutdown(),
  };
}

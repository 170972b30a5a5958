/** Spans on their way to a collector that is slow, away, or back. */
import { milliseconds } from "@certmill/domain";
import { ExportResultCode } from "@opentelemetry/core";
import { type SpanExporter, TracerProvider } from "@opentelemetry/sdk-trace";
import { expect, test } from "vitest";
import { countedExport } from "../../src/observe/tracing/counted-export.ts";

const batching = { most: 10, together: 5, every: milliseconds(60_000), timeout: milliseconds(60_000) };

function startExport(exporter: Pick<SpanExporter, "export">) {
  const counts = { sent: 0, failed: 0, dropped: 0 };
  const told: string[] = [];
  const processor = countedExport({ ...exporter, shutdown: () => Promise.resolve() }, batching, {
    onSpans: (result, count) => {
      counts[result] += count;
    },
    onTrouble: (reason) => told.push(reason),
    onRecovery: () => told.push("well again"),
  });
  const tracer = new TracerProvider({ spanProcessors: [processor] }).getTracer("test");
  return {
    counts,
    told,
    /** Resolves when the collector has answered, whatever it was. */
    flush: () => processor.forceFlush().catch(() => {}),
    end: (count: number) => {
      for (let n = 0; n < count; n += 1) tracer.startSpan(`span ${n}`).end();
    },
  };
}

test("no more wait than may, those under way among them, and what comes on top is dropped", async () => {
  const answers: (() => void)[] = [];
  let underway = 0;
  const { counts, end, flush } = startExport({
    export: (spans, done) => {
      underway += spans.length;
      answers.push(() => done({ code: ExportResultCode.SUCCESS }));
    },
  });
  end(1_000);
  const flushed = flush();
  expect({ underway, ...counts }).toEqual({ underway: 10, sent: 0, failed: 0, dropped: 990 });
  for (const answer of answers) answer();
  await flushed;
  end(3);
  expect(counts).toEqual({ sent: 10, failed: 0, dropped: 990 });
});

test("a collector that takes nothing is told of once, and once when it is back", async () => {
  let isAway = true;
  const { counts, told, end, flush } = startExport({
    export: (_, done) => {
      if (isAway) done({ code: ExportResultCode.FAILED, error: new Error("connect ECONNREFUSED") });
      else done({ code: ExportResultCode.SUCCESS });
    },
  });
  for (const away of [true, true, false, false, true]) {
    isAway = away;
    end(2);
    await flush();
  }
  expect(told).toEqual(["connect ECONNREFUSED", "well again", "connect ECONNREFUSED"]);
  expect(counts).toEqual({ sent: 4, failed: 6, dropped: 0 });
});

import type { ReceivedSpan } from "./otlp-receiver.ts";

/** The end of an issuance is decided before it is stored, and what is delivered is so after it. */
const mayOutlast: ReadonlySet<string> = new Set(["commit", "deliver"]);

/** What is wrong with whole traces, a sentence each: one root, parents that are there, children within them. */
export function traceFaults(spans: readonly ReceivedSpan[]): string[] {
  const byTrace = Map.groupBy(spans, ({ traceId }) => traceId);
  return [...byTrace.values()].flatMap((trace) => {
    const byId = new Map(trace.map((span) => [span.spanId, span]));
    const roots = trace.filter(({ parentId }) => parentId === null);
    return [
      ...(roots.length === 1 ? [] : [`${roots.length} roots in ${trace[0]?.traceId}`]),
      ...(byId.size === trace.length ? [] : [`a span id twice in ${trace[0]?.traceId}`]),
      ...trace.flatMap((span) => placeFaults(span, byId)),
    ];
  });
}

function placeFaults(span: ReceivedSpan, byId: ReadonlyMap<string, ReceivedSpan>): string[] {
  const { name, parentId, startedAt, endedAt } = span;
  if (parentId === null) return [];
  const parent = byId.get(parentId);
  if (parent === undefined) return [`${name} hangs beneath a span that is not there`];
  return [
    ...(startedAt >= parent.startedAt ? [] : [`${name} starts before ${parent.name}`]),
    ...(endedAt <= parent.endedAt || mayOutlast.has(name) ? [] : [`${name} ends after ${parent.name}`]),
  ];
}

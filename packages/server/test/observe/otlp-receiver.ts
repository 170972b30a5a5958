/** A collector for tests: takes traces by OTLP over HTTP as the protocol has it, and refuses what does not keep to it. */
import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { buffer } from "node:stream/consumers";
import { gunzipSync } from "node:zlib";
import { decodeRequest } from "./otlp-schema.ts";

export interface ReceivedSpan {
  readonly traceId: string;
  readonly spanId: string;
  /** Null: it is a root. */
  readonly parentId: string | null;
  readonly name: string;
  /** 1 internal, 2 server, 3 client, 4 producer, 5 consumer. */
  readonly kind: number;
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
  readonly endedAt: number;
  readonly attributes: Readonly<Record<string, string | number | boolean>>;
  /** Of those linked to, `<trace id> <span id>`. */
  readonly links: readonly string[];
  readonly status: { readonly code: "unset" | "ok" | "error"; readonly message: string };
  /** Of the process. */
  readonly resource: Readonly<Record<string, string | number | boolean>>;
}

export interface OtlpReceiver extends AsyncDisposable {
  /** The base; spans go to its /v1/traces. */
  readonly url: string;
  readonly spans: ReceivedSpan[];
  /** What did not keep to the protocol, a sentence each. */
  readonly faults: string[];
  /** Of each request. */
  readonly headers: IncomingMessage["headers"][];
  /** Resolves as soon as the spans are such, once for all that is received until then. */
  until(isSo: (spans: readonly ReceivedSpan[]) => boolean): Promise<void>;
}

export async function startOtlpReceiver(): Promise<OtlpReceiver> {
  const spans: ReceivedSpan[] = [];
  const faults: string[] = [];
  const headers: IncomingMessage["headers"][] = [];
  const waiting = new Set<() => void>();
  const take = async (request: IncomingMessage, response: ServerResponse) => {
    headers.push(request.headers);
    try {
      spans.push(...(await readSpans(request)));
      // An empty ExportTraceServiceResponse: all were taken.
      response.writeHead(200, { "content-type": "application/x-protobuf" }).end();
    } catch (error) {
      faults.push((error as Error).message);
      response.writeHead(400).end();
    }
    for (const look of waiting) look();
  };
  const server = createServer((request, response) => void take(request, response));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    spans,
    faults,
    headers,
    until: (isSo) =>
      new Promise((resolve) => {
        const look = (): void => {
          if (!isSo(spans)) return;
          waiting.delete(look);
          resolve();
        };
        waiting.add(look);
        look();
      }),
    [Symbol.asyncDispose]: async () => {
      server.close();
      server.closeAllConnections();
      await once(server, "close");
    },
  };
}

async function readSpans(request: IncomingMessage): Promise<ReceivedSpan[]> {
  const { method, url, headers } = request;
  const sent = await buffer(request);
  demand(method === "POST" && url === "/v1/traces", `asked ${method} ${url}`);
  demand(headers["content-type"] === "application/x-protobuf", `content type ${headers["content-type"]}`);
  const body = headers["content-encoding"] === "gzip" ? gunzipSync(sent) : sent;
  const { resourceSpans } = decodeRequest(body) as { resourceSpans: RawResourceSpans[] };
  demand(resourceSpans.length > 0, "a request without spans");
  return resourceSpans.flatMap(({ resource, scopeSpans }) => {
    const of = attributesOf(resource.attributes);
    demand(typeof of["service.name"] === "string", "a resource without service.name");
    return scopeSpans.flatMap((scope) => {
      demand(scope.scope.name !== "", "a scope without a name");
      return scope.spans.map((span) => spanOf(span, of));
    });
  });
}

interface RawResourceSpans {
  readonly resource: { readonly attributes: RawAttribute[] };
  readonly scopeSpans: { readonly scope: { readonly name: string }; readonly spans: RawSpan[] }[];
}

interface RawAttribute {
  readonly key: string;
  readonly value: Readonly<Record<string, string | number | boolean>>;
}

interface RawSpan {
  readonly traceId: number[];
  readonly spanId: number[];
  readonly parentSpanId: number[];
  readonly name: string;
  readonly kind: number;
  readonly startTimeUnixNano: string;
  readonly endTimeUnixNano: string;
  readonly attributes: RawAttribute[];
  readonly droppedAttributesCount: number;
  readonly links: { readonly traceId: number[]; readonly spanId: number[] }[];
  readonly status: { readonly message: string; readonly code: number } | null;
}

function spanOf(raw: RawSpan, resource: ReceivedSpan["resource"]): ReceivedSpan {
  const { name, kind, status } = raw;
  const [start, end] = [BigInt(raw.startTimeUnixNano), BigInt(raw.endTimeUnixNano)];
  demand(name !== "", "a span without a name");
  demand(kind >= 1 && kind <= 5, `${name} is of the kind ${kind}`);
  demand(start > 0n && end >= start, `${name} ends before it starts`);
  demand(raw.droppedAttributesCount === 0, `${name} has lost attributes`);
  const code = (["unset", "ok", "error"] as const)[status?.code ?? 0];
  if (code === undefined) throw new Error(`${name} has the status ${status?.code}`);
  return {
    traceId: idOf(raw.traceId, 16),
    spanId: idOf(raw.spanId, 8),
    parentId: raw.parentSpanId.length === 0 ? null : idOf(raw.parentSpanId, 8),
    name,
    kind,
    startedAt: Number(start / 1_000_000n),
    endedAt: Number(end / 1_000_000n),
    attributes: attributesOf(raw.attributes),
    links: raw.links.map(({ traceId, spanId }) => `${idOf(traceId, 16)} ${idOf(spanId, 8)}`),
    status: { code, message: status?.message ?? "" },
    resource,
  };
}

function idOf(bytes: readonly number[], length: number): string {
  demand(bytes.length === length && bytes.some((byte) => byte !== 0), `an id of ${bytes.length} bytes`);
  return Buffer.from(bytes).toString("hex");
}

function attributesOf(raw: readonly RawAttribute[]): ReceivedSpan["attributes"] {
  const keys = new Set(raw.map(({ key }) => key));
  demand(keys.size === raw.length && !keys.has(""), "an attribute twice, or without a key");
  return Object.fromEntries(
    raw.map(({ key, value }) => {
      const [kind, ...more] = ["stringValue", "boolValue", "intValue", "doubleValue"].filter(
        (each) => value[each] !== undefined,
      );
      if (kind === undefined || more.length > 0) throw new Error(`${key} has not exactly one value`);
      const is = value[kind] ?? "";
      return [key, kind === "intValue" ? Number(is) : is];
    }),
  );
}

function demand(isSo: boolean, otherwise: string): asserts isSo {
  if (!isSo) throw new Error(otherwise);
}

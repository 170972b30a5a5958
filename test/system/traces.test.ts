/** Traces of a server as it is started: by the variables of OpenTelemetry, over kill -9, and with a collector that is of no use. */
import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";
import { type Client, createClient, operations } from "@certmill/api";
import { milliseconds } from "@certmill/domain";
import { startSimCa } from "@certmill/sim";
import { expect, test } from "vitest";
import { type ReceivedSpan, startOtlpReceiver } from "../../packages/server/test/observe/otlp-receiver.ts";
import { traceFaults } from "../../packages/server/test/observe/trace-faults.ts";
import { type Installation, startInstallation } from "./support/installation.ts";
import { untilActive, untilStatus } from "./support/status.ts";

const caller = { traceId: "0af7651916cd43dd8448eb211c80319c", spanId: "b7ad6b7169203331" };

const addCa = (client: Client, directory: string) =>
  client.call(operations.addCa, {
    body: { name: "sim", directory, contact: [], termsAgreed: true },
  });

async function addDomain({ api, client }: Installation, name: string): Promise<void> {
  const { token } = await client.call(operations.createToken, { body: { name: "panel", scope: "admin" } });
  const answer = await fetch(`${api}/v1/domains`, {
    method: "POST",
    headers: {
      authorization: `Bearer ${token}`,
      "content-type": "application/json",
      traceparent: `00-${caller.traceId}-${caller.spanId}-01`,
    },
    body: JSON.stringify({ name }),
  });
  expect(answer.status, await answer.text()).toBe(201);
}

/** An edge that serves whatever there is, and says so when it is told to. */
async function startEdge({ api, client }: Installation): Promise<{ serveAll(): Promise<void> }> {
  const { token } = await client.call(operations.createToken, {
    body: { name: "edge", scope: "edge", edgeGroup: "default" },
  });
  const edge = createClient({ baseUrl: api, token });
  const look = () => edge.call(operations.edgeSnapshot, { query: { edge: "edge-1" } });
  // From now on its group has somebody to wait for.
  await look();
  return {
    serveAll: async () => {
      const { items } = await look();
      const servedAt = new Date().toISOString();
      const receipts = items.map((item) => ({
        lineageId: item.lineageId,
        certificateId: item.certificateId,
        servedAt,
        error: null,
      }));
      await edge.call(operations.sendReceipts, { body: { edge: "edge-1", receipts } });
    },
  };
}

const isOf = (name: string) => (span: ReceivedSpan) => span.attributes["certmill.name"] === name;

test("one that is asked for by a request of a trace, and whose process is killed", async () => {
  await using receiver = await startOtlpReceiver();
  await using installation = await startInstallation({
    databaseUrl: null,
    settings: {
      OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url,
      OTEL_EXPORTER_OTLP_HEADERS: "x-scope-orgid=hosting",
      OTEL_EXPORTER_OTLP_COMPRESSION: "gzip",
      OTEL_SERVICE_NAME: "certificates",
      OTEL_RESOURCE_ATTRIBUTES: "deployment.environment.name=test",
      OTEL_TRACES_SAMPLER: "parentbased_traceidratio",
      OTEL_TRACES_SAMPLER_ARG: "0",
      OTEL_BSP_SCHEDULE_DELAY: "50",
    },
  });
  const { client, processes, start } = installation;
  await using ca = await startSimCa({ alwaysValid: true, processing: milliseconds(3_000) });
  await addCa(client, ca.directoryUrl);
  const edge = await startEdge(installation);
  await client.call(operations.addDomain, { body: { name: "unsampled.example.com" } });
  await addDomain(installation, "asked.example.com");
  await receiver.until((spans) => spans.some(({ name }) => name === "finalize"));
  const [first] = processes;
  first?.signal("SIGKILL");
  await first?.ended;

  const second = await start();
  // Stored, and not served yet: the state is not active before.
  await untilStatus(client, "both to be delivered", ({ certificates }) => certificates === 2);
  await edge.serveAll();
  await untilActive(client, 2);
  second.signal("SIGTERM");
  await second.ended;

  const traces = Map.groupBy(receiver.spans, ({ traceId }) => traceId);
  expect([...traces].length).toBe(1);
  expect(receiver.faults).toEqual([]);
  expect(traceFaults(receiver.spans)).toEqual([]);
  const root = receiver.spans.find(isOf("asked.example.com"));
  expect(root).toMatchObject({
    name: "issuance",
    parentId: null,
    links: [`${caller.traceId} ${caller.spanId}`],
    attributes: { "certmill.outcome": "issued", "certmill.claims": expect.any(Number) },
    resource: { "service.name": "certificates", "deployment.environment.name": "test" },
  });
  expect(root?.traceId).not.toBe(caller.traceId);
  const processesOf = (name: string) =>
    new Set(
      receiver.spans.filter((span) => span.name === name).map(({ resource }) => resource["process.pid"]),
    );
  expect([...processesOf("new-order")]).toEqual([first?.pid]);
  expect([...processesOf("download")]).toEqual([second.pid]);
  expect([...processesOf("deliver")]).toEqual([second.pid]);
  for (const headers of receiver.headers) {
    expect(headers).toMatchObject({ "x-scope-orgid": "hosting", "content-encoding": "gzip" });
  }
});

test("a collector that takes connections and never answers harms nothing", async () => {
  const silent = createServer((socket) => socket.on("error", () => {}));
  silent.listen(0, "127.0.0.1");
  await once(silent, "listening");
  await using installation = await startInstallation({
    databaseUrl: null,
    settings: {
      OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${(silent.address() as AddressInfo).port}`,
      // The first spans are under way for longer than the test takes.
      OTEL_EXPORTER_OTLP_TIMEOUT: "600000",
      OTEL_BSP_EXPORT_TIMEOUT: "600000",
      OTEL_BSP_SCHEDULE_DELAY: "50",
      OTEL_BSP_MAX_QUEUE_SIZE: "20",
    },
  });
  const { client, processes, responder, api } = installation;
  await using ca = await startSimCa({ httpPort: Number(responder.split(":")[1]) });
  await addCa(client, ca.directoryUrl);
  for (const n of [1, 2, 3]) await client.call(operations.addDomain, { body: { name: `n${n}.example.com` } });
  await untilActive(client, 3);
  const metrics = await (await fetch(`${api}/metrics`)).text();
  expect(Number(/certmill_trace_spans_total\{result="dropped"\} (\d+)/.exec(metrics)?.[1])).toBeGreaterThan(
    10,
  );
  const [server] = processes;
  server?.signal("SIGTERM");
  await server?.ended;
  expect(server?.output()).toContain('"event":"stopped"');
  expect(server?.output()).not.toMatch(/"level":(50|60)/);
  silent.close();
});

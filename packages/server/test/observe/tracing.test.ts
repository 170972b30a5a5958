/** Traces of issuances, as a collector receives them by OTLP. */
import { readFile } from "node:fs/promises";
import type { Transport } from "@certmill/acme";
import { milliseconds } from "@certmill/domain";
import { sql } from "kysely";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { OpenTransport } from "../../src/effects/ca-connections.ts";
import { open } from "../../src/keys/envelope.ts";
import { readSecret } from "../../src/store/secrets.ts";
import { removeLineage } from "../../src/store/write/remove-lineage.ts";
import { type MigratedPostgres, startMigratedPostgres } from "../migrated-postgres.ts";
import { type IssuingServer, keyRing, startIssuingServer } from "../work/issuing-server.ts";
import { type OtlpReceiver, type ReceivedSpan, startOtlpReceiver } from "./otlp-receiver.ts";
import { traceFaults } from "./trace-faults.ts";

let postgres: MigratedPostgres;
let receiver: OtlpReceiver;
let server: IssuingServer;

beforeAll(async () => {
  postgres = await startMigratedPostgres();
  receiver = await startOtlpReceiver();
  server = await startIssuingServer(
    postgres,
    {},
    {
      tracing: {
        tracing: {
          sampler: { followsCaller: true, ratio: 1 },
          batching: { most: 2_048, together: 512, every: milliseconds(20), timeout: milliseconds(5_000) },
          url: `${receiver.url}/v1/traces`,
        },
        warnings: [],
      },
    },
  );
  server.transport.open = recorded(server.transport.open);
});
/** What goes over the wire to the CA and back: the bodies of requests and of answers. */
const wire: string[] = [];
const nonces: string[] = [];

function recorded(open: OpenTransport): OpenTransport {
  return (rootPem) => {
    const transport = open(rootPem);
    const recording: Transport = async (request) => {
      const response = await transport(request);
      wire.push(request.body ?? "", response.body);
      nonces.push(response.headers.get("replay-nonce") ?? "none came with it");
      return response;
    };
    return Object.assign(recording, { [Symbol.asyncDispose]: () => transport[Symbol.asyncDispose]() });
  };
}

afterAll(async () => {
  await server[Symbol.asyncDispose]();
  await receiver[Symbol.asyncDispose]();
  await postgres[Symbol.asyncDispose]();
});

const rootsOf = (name: string) =>
  receiver.spans.filter((span) => span.parentId === null && span.attributes["certmill.name"] === name);

/** All of the traces of this name's issuances, once so many have ended. */
async function tracesOf(name: string, count = 1): Promise<ReceivedSpan[][]> {
  await receiver.until(() => rootsOf(name).length === count);
  return rootsOf(name).map(({ traceId }) => receiver.spans.filter((span) => span.traceId === traceId));
}

const childrenOf = (trace: readonly ReceivedSpan[], name: string): string[] => {
  const parents = new Set(trace.filter((span) => span.name === name).map(({ spanId }) => spanId));
  return trace.filter(({ parentId }) => parentId !== null && parents.has(parentId)).map((span) => span.name);
};

test("an issuance is one trace: its steps, and beneath them the requests to its CA", async () => {
  await server.enrol("well.example.com", "www.well.example.com");
  const [trace = []] = await tracesOf("well.example.com");
  const root = trace.find(({ parentId }) => parentId === null);
  expect(root).toMatchObject({
    name: "issuance",
    kind: 1,
    attributes: {
      "certmill.names": 2,
      "certmill.ca": "sim",
      "certmill.class": "interactive",
      "certmill.key_type": "p256",
      "certmill.outcome": "issued",
      "certmill.claims": expect.any(Number),
    },
    status: { code: "unset" },
    resource: { "service.name": "certmill", "certmill.roles": "responder,worker" },
  });
  expect(new Set(childrenOf(trace, "issuance"))).toEqual(
    new Set([
      "new-order",
      "read-authorizations",
      "post-challenges",
      "poll-order",
      "make-key",
      "finalize",
      "download",
      "commit",
    ]),
  );
  // The first request of a process asks for the directory, and for a nonce.
  expect(childrenOf(trace, "new-order")).toEqual(["GET directory", "HEAD newNonce", "POST newOrder"]);
  // Two at once need two.
  const reads = childrenOf(trace, "read-authorizations").toSorted();
  expect(reads).toEqual(["HEAD newNonce", "POST authorization", "POST authorization"]);
  expect(trace.find(({ name }) => name === "POST newOrder")).toMatchObject({
    kind: 3,
    attributes: {
      "http.request.method": "POST",
      "http.response.status_code": 201,
      "server.address": new URL(server.ca.directoryUrl).hostname,
      "certmill.acme.resource": "newOrder",
    },
  });
  expect(traceFaults(trace)).toEqual([]);
  const { rows } = await sql<{ trace: string; owed: boolean }>`
    select trace, trace_owed as owed from issuance where names[1] = 'well.example.com'`.execute(server.db);
  expect(rows).toEqual([{ trace: `00-${root?.traceId}-${root?.spanId}-01`, owed: false }]);
});

test("the log's lines of an issuance name its trace", async () => {
  await server.enrol("logged.example.com");
  const [trace = []] = await tracesOf("logged.example.com");
  const lines = server.lines
    .map((line) => JSON.parse(line) as { name?: string; event?: string; trace_id?: string })
    .filter(({ name, event }) => name === "logged.example.com" && event !== undefined);
  expect(lines.length).toBeGreaterThan(3);
  expect(lines.map(({ trace_id }) => trace_id)).toEqual(lines.map(() => trace[0]?.traceId));
});

test("another process goes on in the same trace", async () => {
  server.ca.failNext("server-error", "finalize");
  const delayed = server.heard("issuance.delayed", "handed-on.example.com");
  const enrolled = server.enrol("handed-on.example.com");
  await delayed;
  await server.restart();
  await enrolled;
  const [trace = []] = await tracesOf("handed-on.example.com");
  const processes = trace.map(({ resource }) => resource["service.instance.id"]);
  expect(new Set(processes).size).toBe(2);
  const finalizing = trace.filter(({ name }) => name === "finalize");
  expect(finalizing.map(({ attributes, status }) => [attributes["certmill.faults"], status.message])).toEqual(
    [
      [0, "ca-error"],
      [1, ""],
    ],
  );
  expect(finalizing[0]?.resource).not.toEqual(finalizing[1]?.resource);
  const refused = trace.find(({ name, status }) => name === "POST finalize" && status.code === "error");
  expect(refused?.attributes).toMatchObject({
    "http.response.status_code": 500,
    "certmill.acme.problem": "serverInternal",
    "error.type": "serverInternal",
  });
  expect(traceFaults(trace)).toEqual([]);
});

test("a request that is made again for its nonce says so", async () => {
  server.ca.failNext("bad-nonce", "newOrder");
  await server.enrol("nonce.example.com");
  const [trace = []] = await tracesOf("nonce.example.com");
  const orders = trace.filter(({ name }) => name === "POST newOrder");
  expect(orders.map(({ attributes }) => attributes)).toMatchObject([
    { "certmill.acme.problem": "badNonce" },
    { "http.request.resend_count": 1, "http.response.status_code": 201 },
  ]);
});

test.each([
  ["refused", "under_score.example.com", "name-rejected", "rejectedIdentifier"],
  ["not validated", "unwell.example.com", "wrong-response", null],
])(
  "an order that is %s ends in the failure's code, and the next try is a trace of its own",
  async (_, name, code, problem) => {
    server.wrong.set(name, "unauthorized");
    await server.enrol(name);
    const [trace = []] = await tracesOf(name);
    const root = trace.find(({ parentId }) => parentId === null);
    expect(root).toMatchObject({
      attributes: { "certmill.outcome": "abandoned", "error.type": code },
      status: { code: "error", message: code },
    });
    const problems = trace.map(({ attributes }) => attributes["certmill.acme.problem"]).filter(Boolean);
    expect(problems).toEqual(problem === null ? [] : [problem]);
    expect(traceFaults(trace)).toEqual([]);
    server.wrong.delete(name);
    await sql`update lineage set wake_at = ${new Date(server.clock.now())} where names[1] = ${name}`.execute(
      server.db,
    );
    const [first, second] = await tracesOf(name, 2);
    expect(first?.[0]?.traceId).not.toBe(second?.[0]?.traceId);
  },
);

test("an issuance that is ended from outside has an end there, too", async () => {
  server.ca.failNext("server-error", "finalize");
  const name = "removed.example.com";
  const delayed = server.heard("issuance.delayed", name);
  void server.enrol(name);
  await delayed;
  const { id } = await server.db
    .selectFrom("lineage")
    .select("id")
    .where(sql<boolean>`names[1] = ${name}`)
    .executeTakeFirstOrThrow();
  await removeLineage(server.db, id, server.clock.now());
  const [trace = []] = await tracesOf(name);
  expect(trace.find(({ parentId }) => parentId === null)?.attributes["certmill.outcome"]).toBe("cancelled");
});

test("no span has a key, a token, a nonce, a signature or a URL of an object of the CA", async () => {
  // Whatever the tests before have made.
  expect(receiver.spans.length).toBeGreaterThan(100);
  const rows = await server.db.selectFrom("secret").select("id").execute();
  const keys = await Promise.all(
    rows.map(async ({ id }) =>
      Buffer.from(open(keyRing, await readSecret(server.db, id))).toString("latin1"),
    ),
  );
  const pieces = [
    ...keys.flatMap((key) => key.split("\n").filter((line) => line.length >= 40)),
    ...[...wire.join("\n").matchAll(/"(?:token|signature|protected|payload)":"([^"]{16,})"/g)].map(
      ([, text]) => text,
    ),
    ...[...wire.join("\n").matchAll(/https?:\/\/[^"\s]+/g)].map(([url]) => url),
    ...nonces,
  ].filter((piece) => piece !== undefined);
  expect(new Set(pieces).size).toBeGreaterThan(100);
  const sent = JSON.stringify(receiver.spans);
  expect(pieces.filter((piece) => sent.includes(piece))).toEqual([]);
});

test("the attributes are those that the page for operators lists", async () => {
  const page = await readFile(new URL("../../../../docs/traces.md", import.meta.url), "utf8");
  const listed = new Set([...page.matchAll(/^\| `([\w.-]+)`/gm)].map(([, name]) => name));
  const found = new Set(
    receiver.spans.flatMap(({ attributes, name }) => [name.split(" ")[0], ...Object.keys(attributes)]),
  );
  const verbs = new Set(["GET", "HEAD", "POST"]);
  expect([...found].filter((name) => name !== undefined && !listed.has(name) && !verbs.has(name))).toEqual(
    [],
  );
});

/** Whatever goes wrong with one request to the CA, the end is the same, and the delay is told. */

import { sql } from "kysely";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Fault, Resource } from "../../../sim/src/index.ts";
import { type MigratedPostgres, startMigratedPostgres } from "../migrated-postgres.ts";
import { type IssuingServer, startIssuingServer } from "./issuing-server.ts";

let postgres: MigratedPostgres;
let server: IssuingServer;

beforeAll(async () => {
  postgres = await startMigratedPostgres();
  server = await startIssuingServer(postgres);
});
afterAll(async () => {
  await server[Symbol.asyncDispose]();
  await postgres[Symbol.asyncDispose]();
});

async function outcomeOf(name: string) {
  const { rows } = await sql<Record<string, unknown>>`
    select state, failures, failure_code,
      (select count(*)::int from issuance where lineage_id = lineage.id) as issuances,
      (select count(*)::int from certificate where lineage_id = lineage.id) as certificates,
      (select count(*)::int from issuance where lineage_id = lineage.id and ended_at is null) as live,
      array(select detail->>'code' from event where lineage_id = lineage.id and kind = 'issuance.delayed'
        order by id) as delays
    from lineage where names[1] = ${name}`.execute(server.db);
  return rows[0];
}

const issued = {
  state: "active",
  failures: 0,
  failure_code: null,
  issuances: 1,
  certificates: 1,
  live: 0,
};

const told: Readonly<Record<Fault, string | null>> = {
  "server-error": "ca-error",
  unavailable: "ca-busy",
  "drop-before": "ca-unreachable",
  "drop-after": "ca-unreachable",
  // Made good at once.
  "bad-nonce": null,
};
const signed: readonly Resource[] = [
  "newOrder",
  "authorization",
  "challenge",
  "order",
  "finalize",
  "certificate",
];
const cases = (Object.keys(told) as Fault[]).flatMap((fault) => [
  ...signed.map((resource) => ({ fault, resource })),
  ...(fault === "bad-nonce"
    ? []
    : (["directory", "newNonce"] as const).map((resource) => ({ fault, resource }))),
]);

test.each(cases)("$fault at $resource", async ({ fault, resource }) => {
  const name = `${fault}.${resource.toLowerCase()}.example.com`;
  // Only a process that knows nothing yet asks for these.
  if (resource === "directory" || resource === "newNonce") await server.restart();
  const before = server.ca.counts();
  server.ca.failNext(fault, resource);
  await server.enrol(name);
  const code = told[fault];
  expect(await outcomeOf(name)).toEqual({ ...issued, delays: code === null ? [] : [code] });
  const after = server.ca.counts();
  expect(after.issued - before.issued).toBe(1);
  expect(after.repeatedChallenges).toBe(0);
  expect(after.ordersByStatus.pending + after.ordersByStatus.ready).toBe(0);
});

describe("names that fail", () => {
  test.each([
    ["dns", "dns"],
    ["connection", "connection"],
    ["unauthorized", "wrong-response"],
  ] as const)("%s: told as %s, tried again, and well once it is put right", async (wrong, code) => {
    const name = `${wrong}.wrong.example.com`;
    const alias = `www.${name}`;
    server.wrong.set(alias, wrong);
    const at = server.clock.now();
    await server.enrol(name, alias);
    const failed = await server.db
      .selectFrom("lineage")
      .select(["state", "failures", "failure_code", "failure_detail", "wake_at", "certificate_id"])
      .where("failure_code", "=", code)
      .executeTakeFirstOrThrow();
    expect(failed).toMatchObject({ state: "waiting", failures: 1, certificate_id: null });
    expect(failed.failure_detail).toContain(`${alias}: `);
    expect((failed.wake_at ?? 0) - at).toBeGreaterThanOrEqual(60_000);

    server.wrong.delete(alias);
    await server.heard("certificate.stored", name);
    expect(await outcomeOf(name)).toEqual({ ...issued, issuances: 2, delays: [] });
  });
});

test("a limit ends the issuance, and it is tried again when the CA said it may", async () => {
  const { open } = server.transport;
  const wait = 180;
  server.transport.open = (rootPem) => {
    const transport = open(rootPem);
    let limits = 1;
    const limited = async (request: Parameters<typeof transport>[0]) => {
      if (!request.url.endsWith("/new-order") || limits === 0) return transport(request);
      limits -= 1;
      const problem = { type: "urn:ietf:params:acme:error:rateLimited", detail: "too many new orders" };
      const headers = new Map([["retry-after", String(wait)]]);
      return {
        status: 429,
        headers: { get: (name: string) => headers.get(name) ?? null },
        body: JSON.stringify(problem),
      };
    };
    return Object.assign(limited, { [Symbol.asyncDispose]: () => transport[Symbol.asyncDispose]() });
  };
  await server.restart();
  const name = "limited.example.com";
  const at = server.clock.now();
  await server.enrol(name);
  const well = server.heard("certificate.stored", name);
  const failed = await server.db
    .selectFrom("lineage")
    .select(["state", "failures", "failure_code", "failure_detail", "wake_at"])
    .where("failure_code", "=", "rate-limited")
    .executeTakeFirstOrThrow();
  expect(failed).toMatchObject({
    state: "waiting",
    // The domain has done nothing wrong.
    failures: 0,
    failure_code: "rate-limited",
    failure_detail: "too many new orders",
  });
  expect((failed.wake_at ?? 0) - at).toBeGreaterThanOrEqual(wait * 1_000);
  await well;
  expect(await outcomeOf(name)).toEqual({ ...issued, issuances: 2, delays: [] });
  server.transport.open = open;
});

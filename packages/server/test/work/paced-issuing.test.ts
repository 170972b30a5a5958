/** A CA whose limits of requests are known: what is issued there goes at its pace, and its pauses are everyone's. */

import { sql } from "kysely";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type MigratedPostgres, startMigratedPostgres } from "../migrated-postgres.ts";
import { type IssuingServer, startIssuingServer } from "./issuing-server.ts";

let postgres: MigratedPostgres;
let server: IssuingServer;

beforeAll(async () => {
  postgres = await startMigratedPostgres();
  server = await startIssuingServer(postgres);
  await sql`update ca set limit_set = 'zerossl'`.execute(server.db);
});
afterAll(async () => {
  await server[Symbol.asyncDispose]();
  await postgres[Symbol.asyncDispose]();
});

const paceRows = () => server.db.selectFrom("request_pace").select(["resource", "full_at"]).execute();

test("every request of an issuance has its slot", async () => {
  await server.enrol("paced.example.com");
  const last = server.ca.requests().at(-1)?.at ?? Number.NaN;
  const rows = await paceRows();
  expect(rows.map(({ resource }) => resource)).toEqual(["*"]);
  // The last slot was drawn just before the last request; a minute is 0.6 s here.
  expect(rows[0]?.full_at).toBeGreaterThan(last - 60_000);
  const { rows: certificates } = await sql`select from certificate`.execute(server.db);
  expect(certificates).toHaveLength(1);
});

test("a 503 keeps all quiet for as long as the CA asks, and the issuance goes on after it", async () => {
  server.ca.failNext("unavailable", "finalize");
  await server.enrol("busy.example.com");
  const refused = server.ca.requests().findLast(({ status }) => status === 503)?.at ?? Number.NaN;
  const [row] = await paceRows();
  // The next slot is a second later; the burst that we keep to is 3.
  expect(row?.full_at).toBeGreaterThanOrEqual(refused + 1_000 + 2_000 / 7);
  const { rows: certificates } = await sql`select from certificate`.execute(server.db);
  expect(certificates).toHaveLength(2);
});

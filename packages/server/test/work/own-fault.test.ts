/** A fault of our own is told like any other failure, and is over when its cause is; the database's errors are none. */
import { hours } from "@certmill/domain";
import { CompiledQuery, sql } from "kysely";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openDatabase } from "../../src/store/database.ts";
import { interceptedDb } from "../intercepted-db.ts";
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

const lineageOf = (name: string) =>
  server.db
    .selectFrom("lineage")
    .select(["id", "state", "failures", "failure_code", "failure_detail", "wake_at"])
    .where(sql<boolean>`names[1] = ${name}`)
    .executeTakeFirstOrThrow();

/** Of the log, of this event and this name. */
const logged = (event: string, name: string) =>
  server.lines
    .map((line) => JSON.parse(line) as { event?: string; name?: string; err?: { stack: string } })
    .filter((record) => record.event === event && record.name === name);

/** Fails by a fault of ours, as told, and waits for the next try. */
async function failsWith(name: string, detail: string) {
  const at = server.clock.now();
  await server.enrol(name);
  const { id, wake_at: wakeAt, ...told } = await lineageOf(name);
  expect(told).toEqual({
    state: "waiting",
    failures: 1,
    failure_code: "internal-error",
    failure_detail: detail,
  });
  expect((wakeAt ?? 0) - at).toBeGreaterThanOrEqual(60_000);
  const events = await server.db
    .selectFrom("event")
    .select("detail")
    .where("lineage_id", "=", id)
    .where("kind", "=", "issuance.failed")
    .execute();
  expect(events).toEqual([{ detail: { code: "internal-error", detail, retryAt: wakeAt } }]);
  const [record, ...others] = logged("issuance.broke", name);
  expect(record?.err?.stack).toContain("\n    at ");
  expect(others).toEqual([]);
}

test("an account's key that does not open", async () => {
  const name = "unopened.example.com";
  await sql`update secret set kek_id = 'lost-' || kek_id`.execute(server.db);
  await server.restart();
  const { issued } = server.ca.counts();
  const { rows } = await sql<{ kek: string }>`select kek_id as kek from secret limit 1`.execute(server.db);
  await failsWith(
    name,
    `A secret is sealed with the key-encryption key "${rows[0]?.kek}", which is not in the key file: add that key's line to it.`,
  );
  const well = server.heard("certificate.stored", name);
  await sql`update secret set kek_id = replace(kek_id, 'lost-', '')`.execute(server.db);
  await well;
  expect(await lineageOf(name)).toMatchObject({ state: "active", failures: 0, failure_code: null });
  expect(server.ca.counts().issued).toBe(issued + 1);
});

test("an exception in what follows the CA's answer", async () => {
  const { open } = server.transport;
  let isBroken = true;
  server.transport.open = (rootPem) => {
    const transport = open(rootPem);
    const breaking = async (request: Parameters<typeof transport>[0]) => {
      const response = await transport(request);
      if (!isBroken || !request.url.endsWith("/new-order")) return response;
      const get = (): never => {
        throw new TypeError("Cannot read properties of undefined (reading 'nonce')");
      };
      return { ...response, headers: { get } };
    };
    return Object.assign(breaking, { [Symbol.asyncDispose]: () => transport[Symbol.asyncDispose]() });
  };
  await server.restart();
  const name = "broken.example.com";
  await failsWith(name, "TypeError: Cannot read properties of undefined (reading 'nonce')");
  const well = server.heard("certificate.stored", name);
  isBroken = false;
  await well;
  expect(await lineageOf(name)).toMatchObject({ state: "active", failures: 0, failure_code: null });
  server.transport.open = open;
});

test("an exception in storing what the CA's answer leads to", async () => {
  let isBroken = true;
  server.storage.open = async (place) => {
    const database = await openDatabase(place);
    const db = interceptedDb(database.db, (query, run) => {
      if (isBroken && query.sql.includes("insert into challenge_response"))
        throw new TypeError("key is not iterable");
      return run(query);
    });
    return { ...database, db };
  };
  await server.restart();
  const name = "unstored.example.com";
  await failsWith(name, "TypeError: key is not iterable");
  const well = server.heard("certificate.stored", name);
  isBroken = false;
  await well;
  expect(await lineageOf(name)).toMatchObject({ state: "active", failures: 0, failure_code: null });
  server.storage.open = openDatabase;
});

test("an error of the database loses nothing: the same issuance goes on after its lease", async () => {
  let isBroken = true;
  server.storage.open = async (place) => {
    const database = await openDatabase(place);
    const db = interceptedDb(database.db, (query, run) =>
      run(isBroken && query.sql.includes("held_secret_id") ? CompiledQuery.raw("select 1 / 0") : query),
    );
    return { ...database, db };
  };
  await server.restart();
  const name = "asked-in-vain.example.com";
  const told = server.heard("worker.error", name);
  const ended = server.enrol(name);
  await told;
  expect(await lineageOf(name)).toMatchObject({ state: "issuing", failures: 0, failure_code: null });
  isBroken = false;
  server.clock.skip(hours(1));
  await ended;
  const { id, ...well } = await lineageOf(name);
  expect(well).toMatchObject({ state: "active", failures: 0, failure_code: null });
  const issuances = await server.db
    .selectFrom("issuance")
    .select("id")
    .where("lineage_id", "=", id)
    .execute();
  expect(issuances).toHaveLength(1);
  server.storage.open = openDatabase;
});

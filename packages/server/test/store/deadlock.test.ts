/** A removal and the end of an issuance that was planned meanwhile: each has what the other waits for. */
import { instant } from "@certmill/domain";
import { sql } from "kysely";
import { afterAll, beforeAll, expect, test } from "vitest";
import { until } from "../../../../tools/peers/until.ts";
import { type Database, type Db, openDatabase } from "../../src/store/database.ts";
import { commitAbandoned } from "../../src/store/decision/commit-abandoned.ts";
import { removeLineage } from "../../src/store/write/remove-lineage.ts";
import { type MigratedPostgres, startMigratedPostgres } from "../migrated-postgres.ts";

let opened: AsyncDisposableStack;
let database: Database;
let db: Db;
const now = instant(Date.parse("2026-11-22T12:00:00Z"));
const at = new Date(now);

beforeAll(async () => {
  await using opening = new AsyncDisposableStack();
  const postgres: MigratedPostgres = opening.use(await startMigratedPostgres());
  const { url } = opening.use(await postgres.copy());
  database = opening.use(await openDatabase({ kind: "postgresql", url, connections: 8 }));
  db = database.db;
  await sql`
    insert into ca (name, directory_url, name_policy, max_orders_in_flight, is_default, created_at)
    values ('sim', 'http://ca.test', 'public', 8, true, ${at})`.execute(db);
  opened = opening.move();
});
afterAll(async () => opened[Symbol.asyncDispose]());

async function insertLineage(): Promise<string> {
  const { rows } = await sql<{ id: string }>`
    insert into lineage (ca_id, edge_group_id, names, key_type, state, wanted_at, created_at)
    values (1, 1, array['a.example.com'], 'p256', 'issuing', ${at}, ${at}) returning id`.execute(db);
  return rows[0]?.id ?? "";
}

async function insertIssuance(lineageId: string): Promise<string> {
  const { rows } = await sql<{ id: string }>`
    insert into issuance (lineage_id, ca_id, names, key_type, state_kind, state, wake_at, started_at)
    values (${lineageId}, 1, array['a.example.com'], 'p256', 'planned', '{}', ${at}, ${at}) returning id`.execute(
    db,
  );
  return rows[0]?.id ?? "";
}

/** A transaction that any other one in a deadlock gives way to. */
async function beginStubborn() {
  const trx = await db.startTransaction().execute();
  await sql`set local deadlock_timeout = '1min'`.execute(trx);
  return trx;
}

const waitsForLock = () =>
  until({
    what: "a session to wait for a lock",
    within: 60_000,
    probe: async () => {
      const { rows } = await sql`
        select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`.execute(
        db,
      );
      return rows.length > 0;
    },
  });

/** Waits until another session waits for what `trx` holds. */
async function standsInTheWay(trx: Db): Promise<void> {
  const { rows } = await sql<{ pid: number }>`select pg_backend_pid() as pid`.execute(trx);
  const [holder] = rows;
  await until({
    what: "a session to wait for this one",
    within: 60_000,
    probe: async () => {
      const waiting = await sql`
        select from pg_stat_activity where ${holder?.pid}::integer = any(pg_blocking_pids(pid))`.execute(db);
      return waiting.rows.length > 0;
    },
  });
}

/** PostgreSQL's count, in which a session's own come seconds later. */
async function countDeadlocks(): Promise<number> {
  const { rows } = await sql<{ deadlocks: number }>`
    select deadlocks::integer from pg_stat_database where datname = current_database()`.execute(db);
  return rows[0]?.deadlocks ?? 0;
}

/** Who gave way may have had to twice. */
const anotherDeadlock = (before: number) =>
  until({
    what: `more than ${before} deadlocks in all`,
    within: 60_000,
    probe: async () => (await countDeadlocks()) > before,
  });

const endOf = (issuanceId: string) =>
  db
    .selectFrom("issuance")
    .innerJoin("lineage", "lineage.id", "issuance.lineage_id")
    .select(["issuance.state_kind", "lineage.state"])
    .where("issuance.id", "=", issuanceId)
    .executeTakeFirst();

test("the removal gives way, and ends the lineage after the worker", async () => {
  const before = await countDeadlocks();
  const lineageId = await insertLineage();
  const holder = await db.startTransaction().execute();
  await sql`select from lineage where id = ${lineageId} for no key update`.execute(holder);
  const removed = removeLineage(db, lineageId, now);
  await waitsForLock();
  const issuanceId = await insertIssuance(lineageId);
  const worker = await beginStubborn();
  await sql`update issuance set state_kind = 'ordered' where id = ${issuanceId}`.execute(worker);
  await holder.rollback().execute();
  await standsInTheWay(worker);
  await sql`update lineage set failures = failures + 1 where id = ${lineageId}`.execute(worker);
  await worker.commit().execute();
  await removed;
  expect(await endOf(issuanceId)).toEqual({ state_kind: "cancelled", state: "removed" });
  await anotherDeadlock(before);
});

test("the worker gives way, and finds its issuance ended", async () => {
  const before = await countDeadlocks();
  const lineageId = await insertLineage();
  const issuanceId = await insertIssuance(lineageId);
  const removal = await beginStubborn();
  await sql`update lineage set state = 'removed' where id = ${lineageId}`.execute(removal);
  const accepted = commitAbandoned(
    db,
    { id: issuanceId, fence: "0", caId: "1" },
    { cause: "dns", detail: "no address", retryAt: null, events: [], ledger: [], now },
  );
  await standsInTheWay(removal);
  await sql`
    update issuance set state_kind = 'cancelled', ended_at = ${at} where id = ${issuanceId}`.execute(removal);
  await removal.commit().execute();
  expect(await accepted).toBe(false);
  expect(await endOf(issuanceId)).toEqual({ state_kind: "cancelled", state: "removed" });
  await anotherDeadlock(before);
});

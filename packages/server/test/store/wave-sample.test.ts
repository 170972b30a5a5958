/** By what a campaign's last wave is judged. */
import { sql } from "kysely";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { type Database, type Db, openDatabase } from "../../src/store/database.ts";
import { sampleWave } from "../../src/store/write/feed-campaign.ts";
import { type MigratedPostgres, startMigratedPostgres } from "../migrated-postgres.ts";

let opened: AsyncDisposableStack;
let db: Db;
const at = new Date("2026-11-22T12:00:00Z");

beforeAll(async () => {
  await using opening = new AsyncDisposableStack();
  const postgres: MigratedPostgres = opening.use(await startMigratedPostgres());
  const { url } = opening.use(await postgres.copy());
  const database: Database = opening.use(await openDatabase({ kind: "postgresql", url, connections: 1 }));
  db = database.db;
  await sql`
    insert into ca (name, directory_url, name_policy, max_orders_in_flight, is_default, created_at)
    values ('sim', 'http://ca.test', 'public', 8, true, ${at})`.execute(db);
  await sql`insert into campaign (name, state, wave, created_at) values ('spring', 'running', 3, ${at})`.execute(
    db,
  );
  opened = opening.move();
});
afterAll(async () => opened[Symbol.asyncDispose]());

beforeEach(async () => {
  await sql`truncate issuance, lineage_check, lineage cascade`.execute(db);
});

interface Tried {
  readonly count: number;
  readonly failed: boolean;
  /** Faults that its last check found; absent: it was not ordered against a check. */
  readonly anyway?: readonly string[];
}

let names = 0;

async function insertTried({ count, failed, anyway }: Tried): Promise<void> {
  names += 1;
  await sql`
    with tried as (
      insert into lineage (ca_id, edge_group_id, names, key_type, state, wanted_at, created_at, campaign_id, wave)
      select 1, 1, array['n' || ${names}::int || '-' || n || '.example.com'], 'p256', 'waiting', ${at}, ${at},
        (select id from campaign), 3 from generate_series(1, ${count}::int) n returning id, names
    ), checked as (
      insert into lineage_check (lineage_id, ordered_anyway_at, findings)
      select id, case when ${anyway !== undefined}::boolean then ${at}::timestamptz end,
        ${JSON.stringify((anyway ?? []).map((code) => ({ code, weight: "fault" })))}::jsonb from tried
    )
    insert into issuance (lineage_id, ca_id, names, key_type, class, state_kind, state, failure_code, started_at, ended_at)
    select id, 1, names, 'p256', 'campaign', ${failed ? "abandoned" : "issued"}, '{}', ${failed ? "dns" : null}, ${at}, ${at}
    from tried`.execute(db);
}

async function sample() {
  const { rows } = await sql<{ id: string }>`select id from campaign`.execute(db);
  const running = { id: rows[0]?.id ?? "", name: "spring", state: "running", wave_began_at: null } as const;
  return await sampleWave(db, {
    ...running,
    wave: 3,
    wave_left: 0,
    size: 0,
    most_failed: 0.5,
    excused_issuance_id: null,
  });
}

test("what failed as name servers had told, at the end of a list, stops nobody", async () => {
  await insertTried({ count: 150, failed: false });
  await insertTried({ count: 180, failed: true, anyway: ["no-name"] });
  expect(await sample()).toEqual({ ended: 150, failed: 0 });
});

test("what failed though its name servers were right counts", async () => {
  await insertTried({ count: 150, failed: false });
  await insertTried({ count: 60, failed: true });
  await insertTried({ count: 60, failed: true, anyway: ["probe-timeout"] });
  expect(await sample()).toEqual({ ended: 200, failed: 120 });
});

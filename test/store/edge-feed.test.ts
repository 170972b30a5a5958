/** The edge feed under transactions that end in another order than they began, on real PostgreSQL. */
import { instant } from "@certmill/domain";
import { sql } from "kysely";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Database, type Db, openDatabase } from "../../packages/server/src/store/database.ts";
import { migrate } from "../../packages/server/src/store/migrate.ts";
import { readEdgeFeed } from "../../packages/server/src/store/read/edge-feed.ts";
import {
  atHorizon,
  type FeedPosition,
  readHorizon,
} from "../../packages/server/src/store/read/feed-position.ts";
import { type Postgres, startPostgres } from "../../tools/peers/postgres.ts";

let postgres: Postgres;
let database: Database;
let db: Db;
let lineages: string[];
const edgeGroupId = "1";
const at = new Date(instant(0));

beforeAll(async () => {
  postgres = await startPostgres();
  database = await openDatabase({
    kind: "postgresql",
    url: await postgres.createDatabase(),
    connections: 10,
  });
  db = database.db;
  await migrate(db);
  await sql`
    insert into ca (name, directory_url, name_policy, max_orders_in_flight, is_default, created_at)
    values ('sim', 'http://ca.test', 'public', 8, true, ${at})`.execute(db);
  const { rows } = await sql<{ id: string }>`
    insert into lineage (ca_id, edge_group_id, names, key_type, state, wanted_at, created_at)
    select 1, ${edgeGroupId}, array['n' || n || '.example.com'], 'p256', 'removed', ${at}, ${at}
    from generate_series(1, 200) as n returning id`.execute(db);
  lineages = rows.map(({ id }) => id);
});
afterAll(async () => {
  await database.close();
  await postgres[Symbol.asyncDispose]();
});

const tell = (trx: Db, lineageId: string) =>
  sql`insert into event (at, kind, lineage_id, edge_group_id) values (${at}, 'domain.removed', ${lineageId}, ${edgeGroupId})`.execute(
    trx,
  );

async function read(after: FeedPosition, limit = 1_000) {
  const part = await readEdgeFeed(db, { twins: true, edgeGroupId, after, limit });
  if (part.kind !== "changes") throw new Error("The position is not known.");
  return { ids: part.changes.map(({ lineage_id }) => lineage_id), end: part.end };
}

test("an event that becomes visible late is neither skipped nor repeated", async () => {
  const [early = "", late = ""] = lineages;
  const start = atHorizon(await readHorizon(db));
  const slow = await db.startTransaction().execute();
  await tell(slow, early);
  const quick = await db.startTransaction().execute();
  await tell(quick, late);
  await quick.commit().execute();
  const before = await read(start);
  expect(before.ids).toEqual([]);
  await slow.commit().execute();
  const after = await read(before.end);
  expect(after.ids).toEqual([early, late]);
  expect((await read(after.end)).ids).toEqual([]);
});

test("a transaction that is given up leaves no gap to wait for", async () => {
  const [, , first = "", second = ""] = lineages;
  const start = atHorizon(await readHorizon(db));
  const doomed = await db.startTransaction().execute();
  await tell(doomed, first);
  await tell(db, second);
  await doomed.rollback().execute();
  expect((await read(start)).ids).toEqual([second]);
});

test("a reader among many writers gets every event once, in pages of any size", async () => {
  let position = atHorizon(await readHorizon(db));
  const seen: string[] = [];
  const written = Promise.all(
    lineages.map((id) =>
      db.transaction().execute(async (trx) => {
        await tell(trx, id);
        await sql`select count(*) from generate_series(1, ${(Number(id) * 7919) % 20_000})`.execute(trx);
      }),
    ),
  );
  let writing = true;
  const ended = written.finally(() => {
    writing = false;
  });
  for (;;) {
    const last = !writing;
    const { ids, end } = await read(position, 7);
    seen.push(...ids);
    position = end;
    if (last && ids.length === 0) break;
  }
  await ended;
  expect(seen.toSorted()).toEqual(lineages.toSorted());
});

test("a position of a state that a backup has undone is not known", async () => {
  const horizon = await readHorizon(db);
  const ahead = { installation: horizon.installation, xact: String(BigInt(horizon.high) + 1n), id: "0" };
  expect(await readEdgeFeed(db, { twins: true, edgeGroupId, after: ahead, limit: 1 })).toEqual({
    kind: "unknown-position",
  });
});

test("the feed is read by its index", async () => {
  const horizon = await readHorizon(db);
  await sql`insert into event (at, kind, lineage_id, edge_group_id)
    select ${at}, 'domain.removed', 1, ${edgeGroupId} from generate_series(1, 20000)`.execute(db);
  await sql`analyze event`.execute(db);
  const { rows } = await sql<{ "QUERY PLAN": string }>`
    explain select id from event where edge_group_id = 1
      and (xact, id) > (${sql.lit(horizon.low)}::xid8, 0::bigint) and xact < ${sql.lit(horizon.low)}::xid8
    order by xact, id limit 1000`.execute(db);
  expect(rows.map((row) => row["QUERY PLAN"]).join("\n")).toContain("event_feed");
});

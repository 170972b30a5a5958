/** A thousand edges ask for the same name: on PostgreSQL, where they really do at once. */
import { instant } from "@certmill/domain";
import { sql } from "kysely";
import { expect, test } from "vitest";
import { openDatabase } from "../../src/store/database.ts";
import { demandLineage } from "../../src/store/write/demand-lineage.ts";
import { startMigratedPostgres } from "../migrated-postgres.ts";

test("of many demands at once one is begun, and one is counted", async () => {
  await using postgres = await startMigratedPostgres();
  await using copy = await postgres.copy();
  await using database = await openDatabase({ kind: "postgresql", url: copy.url, connections: 16 });
  const { db } = database;
  await sql`
    with ca as (
      insert into ca (name, directory_url, name_policy, max_orders_in_flight, is_default, created_at)
      values ('ca', 'http://ca.test', 'public', 8, true, now()) returning id
    ), wanted as (
      insert into lineage (ca_id, edge_group_id, names, key_type, state, wanted_at, created_at)
      select ca.id, edge_group.id, '{new.example.com}', 'p256', 'waiting', now(), now()
      from ca, edge_group where edge_group.name = 'default' returning id
    )
    insert into domain (name, lineage_id, created_at) select 'new.example.com', id, now() from wanted`.execute(
    db,
  );
  const { id: edgeGroupId } = await db
    .selectFrom("edge_group")
    .select("id")
    .where("name", "=", "default")
    .executeTakeFirstOrThrow();
  const demand = { name: "new.example.com", edgeGroupId, perDomain: 20, now: instant(Date.now()) };
  const outcomes = await Promise.all(Array.from({ length: 1_000 }, () => demandLineage(db, demand)));
  expect(new Set(outcomes.map(({ kind }) => kind))).toEqual(new Set(["begun"]));
  const told = await db.selectFrom("event").select("kind").where("kind", "=", "domain.demanded").execute();
  expect(told).toHaveLength(1);
  expect(await db.selectFrom("demand").select("begun").execute()).toEqual([{ begun: 1 }]);
});

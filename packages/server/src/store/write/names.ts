/** Tenants and edge groups come into being when they are first named. */
import type { Instant } from "@certmill/domain";
import { sql } from "kysely";
import { type Db, timestamp } from "../database.ts";

/** The ids of the tenants of these names, made where they are new. */
export async function ensureTenants(
  db: Db,
  names: readonly string[],
  now: Instant,
): Promise<ReadonlyMap<string, string>> {
  if (names.length === 0) return new Map();
  await sql`
    insert into tenant (name, created_at) select name, ${timestamp(now)} from unnest(${[...names]}::text[]) as t (name)
    on conflict (name) do nothing`.execute(db);
  return findTenants(db, names);
}

/** The ids of those tenants of these names that there are. */
export async function findTenants(db: Db, names: readonly string[]): Promise<ReadonlyMap<string, string>> {
  if (names.length === 0) return new Map();
  const rows = await db.selectFrom("tenant").select(["name", "id"]).where("name", "in", names).execute();
  return new Map(rows.map(({ name, id }) => [name, id]));
}

/** The id of the edge group of this name, made when it is new. */
export async function ensureEdgeGroup(db: Db, name: string): Promise<string> {
  await db
    .insertInto("edge_group")
    .values({ name })
    .onConflict((c) => c.column("name").doNothing())
    .execute();
  const row = await db
    .selectFrom("edge_group")
    .select("id")
    .where("name", "=", name)
    .executeTakeFirstOrThrow();
  return row.id;
}

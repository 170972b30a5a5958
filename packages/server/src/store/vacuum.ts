import { sql } from "kysely";
import type { Db } from "./database.ts";

/**
 * Tables that want to be vacuumed, or their statistics gathered: those that PostgreSQL's autovacuum would see to by its own defaults
 * (PostgreSQL's manual, section 25.1.6, "The Autovacuum Daemon").
 */
export async function tablesToVacuum(db: Db): Promise<readonly string[]> {
  const { rows } = await sql<{ name: string }>`
    select stat.relname as name
    from pg_stat_user_tables stat join pg_class on pg_class.oid = stat.relid
    where stat.n_dead_tup > 50 + 0.2 * greatest(reltuples, 0)
      or stat.n_ins_since_vacuum > 1000 + 0.2 * greatest(reltuples, 0)
      or stat.n_mod_since_analyze > 50 + 0.1 * greatest(reltuples, 0)
    order by stat.relid`.execute(db);
  return rows.map(({ name }) => name);
}

/** Not within a transaction. */
export async function vacuum(db: Db, table: string): Promise<void> {
  await sql`vacuum (analyze) ${sql.id(table)}`.execute(db);
}

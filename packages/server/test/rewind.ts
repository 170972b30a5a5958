import { sql } from "kysely";
import type { Db } from "../src/store/database.ts";

/**
 * Keeps all rows as they are now, in tables beside ours, and which number is given out next.
 *
 * @returns what puts all of it back: far quicker than a database of its own for each of many cases.
 */
export async function rewindTo(db: Db): Promise<() => Promise<void>> {
  const { rows } = await sql<{ name: string; columns: string }>`
    select table_name as name, string_agg(quote_ident(column_name), ', ') as columns
    from information_schema.columns join information_schema.tables using (table_schema, table_name)
    where table_schema = 'public' and table_type = 'BASE TABLE' and is_generated = 'NEVER'
    group by table_name order by table_name`.execute(db);
  await sql`create schema kept`.execute(db);
  for (const { name } of rows)
    await sql`create table kept.${sql.ref(name)} as table public.${sql.ref(name)}`.execute(db);
  const statements = rows.flatMap(({ name, columns }) => [
    `delete from public."${name}"`,
    `insert into public."${name}" (${columns}) overriding system value select ${columns} from kept."${name}"`,
  ]);
  const { rows: sequences } = await sql<{ name: string; at: string | null }>`
    select sequencename as name, last_value as at from pg_sequences where schemaname = 'public'`.execute(db);
  for (const { name, at } of sequences)
    statements.push(`perform setval('public."${name}"', ${at ?? 1}, ${at !== null})`);
  // Foreign keys and triggers are left out: the rows fit together as they were.
  const all = `do $rewind$ begin
    perform set_config('session_replication_role', 'replica', true); ${statements.join("; ")};
  end $rewind$`;
  return async () => void (await sql.raw(all).execute(db));
}

/**
 * Brings the database to this program's schema: the files of migrations/ in order, each in a transaction
 * with its record. Processes that start together wait for each other on one advisory lock.
 */
import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { sql } from "kysely";
import type { Db } from "./database.ts";

const directory = new URL("migrations/", import.meta.url);
const lockKey = 0x63_65_72_74;

export class SchemaMismatch extends Error {
  readonly code = "schema-mismatch";
}

interface Migration {
  readonly name: string;
  readonly text: string;
  readonly hash: string;
}

/** @throws SchemaMismatch when the database was written by a newer or a changed program. */
export async function migrate(db: Db): Promise<{ readonly applied: readonly string[] }> {
  const migrations = await readMigrations();
  return db.transaction().execute(async (trx) => {
    await sql`select pg_advisory_xact_lock(${sql.lit(lockKey)})`.execute(trx);
    await sql`create table if not exists migration (name text primary key, hash text not null, applied_at timestamptz not null default now())`.execute(
      trx,
    );
    const { rows } = await sql<{ name: string; hash: string }>`select name, hash from migration`.execute(trx);
    refuseUnknown(migrations, rows);
    const pending = migrations.filter(({ name }) => !rows.some((row) => row.name === name));
    for (const { name, text, hash } of pending) {
      for (const statement of splitStatements(text)) await sql.raw(statement).execute(trx);
      await sql`insert into migration (name, hash) values (${name}, ${hash})`.execute(trx);
    }
    return { applied: pending.map(({ name }) => name) };
  });
}

/** Whether every migration of this program is in the database; asked by readiness. */
export async function isMigrated(db: Db): Promise<boolean> {
  const migrations = await readMigrations();
  const { rows } = await sql<{ name: string }>`select name from migration`.execute(db);
  return migrations.every(({ name }) => rows.some((row) => row.name === name));
}

async function readMigrations(): Promise<Migration[]> {
  const names = (await readdir(directory)).filter((name) => name.endsWith(".sql")).sort();
  return Promise.all(
    names.map(async (name) => {
      const text = await readFile(new URL(name, directory), "utf8");
      return { name, text, hash: createHash("sha256").update(text).digest("hex") };
    }),
  );
}

function refuseUnknown(
  migrations: readonly Migration[],
  rows: readonly { name: string; hash: string }[],
): void {
  for (const row of rows) {
    const known = migrations.find(({ name }) => name === row.name);
    if (known === undefined) {
      throw new SchemaMismatch(
        `The database has the migration ${row.name}, which this program does not know: it was used by a newer Certmill. Start that version, or restore a backup.`,
      );
    }
    if (known.hash !== row.hash) {
      throw new SchemaMismatch(
        `The migration ${row.name} in the database differs from this program's: a migration must not change once it has run.`,
      );
    }
  }
}

/** Our migrations hold no semicolon inside a literal or a body, so a semicolon at a line's end ends a statement. */
function splitStatements(text: string): string[] {
  return text
    .replaceAll(/--.*$/gm, "")
    .split(/;\s*$/m)
    .map((statement) => statement.trim())
    .filter((statement) => statement !== "");
}

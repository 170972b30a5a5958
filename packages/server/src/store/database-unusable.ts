import { sql } from "kysely";
import type { Db } from "./database.ts";

/** The database cannot be used at all: away, too old, or it refuses us. */
export class DatabaseUnusable extends Error {
  readonly code = "database-unusable";
}

const oldest = 15;

/** @throws DatabaseUnusable, in words for the one who starts the server. Never tells the password. */
export async function checkDatabase(db: Db, place: string): Promise<void> {
  let version: number;
  try {
    const { rows } = await sql<{
      version: string;
    }>`select current_setting('server_version_num') as version`.execute(db);
    version = Math.floor(Number(rows[0]?.version) / 10_000);
  } catch (cause) {
    throw new DatabaseUnusable(
      `The database at ${place} cannot be used: ${reason(cause)}. Check database_url (DATABASE_URL) and that the server runs.`,
      { cause },
    );
  }
  if (version < oldest) {
    throw new DatabaseUnusable(
      `The database at ${place} is PostgreSQL ${version}; Certmill needs ${oldest} or newer.`,
    );
  }
}

function reason(error: unknown): string {
  if (error instanceof AggregateError) return error.errors.map(reason).join(", ");
  return error instanceof Error ? error.message : String(error);
}

/** Host, port and database of a URL, without user and password. */
export function placeOf(url: string): string {
  try {
    const { host, pathname } = new URL(url);
    return `${host || "the local socket"}${pathname}`;
  } catch {
    return "database_url";
  }
}

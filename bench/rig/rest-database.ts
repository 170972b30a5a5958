import { sql } from "kysely";
import type { Db } from "../../packages/server/src/store/database.ts";

/** After a large set-up: what PostgreSQL would do about it in the background is done before anything is measured. */
export async function restDatabase(db: Db): Promise<void> {
  await sql`vacuum analyze`.execute(db);
  await sql`checkpoint`.execute(db);
}

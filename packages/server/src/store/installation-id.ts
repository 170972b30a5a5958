import type { Db } from "./database.ts";

/** What tells this installation from others; the same for all its processes. */
export async function readInstallationId(db: Db): Promise<string> {
  const { id } = await db.selectFrom("installation").select("id").executeTakeFirstOrThrow();
  return id;
}

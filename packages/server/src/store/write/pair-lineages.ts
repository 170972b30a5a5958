import { sql } from "kysely";
import type { Db } from "../database.ts";

/** From their next certificate on they have twins, whatever their tenants and edge groups have (twins.ts). */
export async function pairLineages(trx: Db, lineageIds: readonly string[]): Promise<void> {
  if (lineageIds.length === 0) return;
  await sql`
    update lineage set paired = true
    where id = any(${[...lineageIds]}::bigint[]) and paired is distinct from true`.execute(trx);
}

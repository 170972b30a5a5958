import type { Db } from "../database.ts";

/** More than anybody still serves. */
const most = 20;

/** Serials of a lineage's other certificates than the current one, the newest first. Index: `certificate_by_lineage`. */
export async function listEarlierSerials(
  db: Db,
  { lineageId, currentId }: { readonly lineageId: string; readonly currentId: string },
): Promise<readonly string[]> {
  const rows = await db
    .selectFrom("certificate")
    .select("serial")
    .where("lineage_id", "=", lineageId)
    .where("id", "!=", currentId)
    .orderBy("id", "desc")
    .limit(most)
    .execute();
  return rows.map(({ serial }) => serial);
}

/** A campaign's list while it is open. */
import type { PackingPrice } from "@certmill/domain";
import { sql } from "kysely";
import type { Db } from "../database.ts";

/** What the packs of a list that is open cost so far. */
export interface OpenList {
  readonly packing: PackingPrice | null;
}

/** Holds the campaign's list for this transaction. @returns null when it is closed. */
export async function holdList(trx: Db, campaignId: string): Promise<OpenList | null> {
  const row = await trx
    .selectFrom("campaign")
    .select(["state", "packing"])
    .where("id", "=", campaignId)
    .forUpdate()
    .executeTakeFirstOrThrow();
  return row.state === "importing" ? { packing: row.packing } : null;
}

/** Needs `holdList` before it. */
export async function notePacking(trx: Db, campaignId: string, packing: PackingPrice): Promise<void> {
  await trx
    .updateTable("campaign")
    .set({ packing: JSON.stringify(packing) })
    .where("id", "=", campaignId)
    .execute();
}

/** Which lineage of the campaign's list has each of these names; a name that is not on it is not in the map. */
export async function findOnList(
  trx: Db,
  campaignId: string,
  names: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  const { rows } = await sql<{ name: string; lineage_id: string }>`
    select domain.name, lineage.id as lineage_id from domain join lineage on lineage.id = domain.lineage_id
    where domain.name = any(${[...names]}::text[]) and lineage.campaign_id = ${campaignId}
      and lineage.state <> 'removed'`.execute(trx);
  return new Map(rows.map((row) => [row.name, row.lineage_id]));
}

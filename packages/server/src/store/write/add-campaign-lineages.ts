import type { Instant, PackingPrice } from "@certmill/domain";
import { sql } from "kysely";
import { type Db, timestamp } from "../database.ts";
import type { LineageTerms, WantedLineage } from "./add-lineages.ts";

/**
 * Puts lineages on a campaign's list: they are due when their wave begins. Like `addLineages`, and needs the same
 * before it.
 */
export async function addCampaignLineages(
  trx: Db,
  wanted: readonly WantedLineage[],
  terms: LineageTerms & { readonly campaignId: string },
  now: Instant,
): Promise<void> {
  if (wanted.length === 0) return;
  const at = timestamp(now);
  const { campaignId, caId, pinned, edgeGroupId, keyType } = terms;
  const rows = JSON.stringify(wanted.map(({ names, tenantId }) => ({ names, tenant_id: tenantId })));
  await sql`
    with begun as (
      insert into lineage (tenant_id, ca_id, pinned, edge_group_id, names, key_type, state, wake_at, wanted_at,
        created_at, campaign_id, held)
      select tenant_id, ${caId}, ${pinned}, ${edgeGroupId}, names, ${keyType}, 'waiting', null, ${at}, ${at},
        ${campaignId}, true
      from jsonb_to_recordset(${rows}::jsonb) as wanted (names text[], tenant_id bigint)
      returning id, names
    ), named as (
      insert into domain (name, lineage_id, created_at)
      select unnest(names), id, ${at} from begun
      on conflict (name) do update set lineage_id = excluded.lineage_id, created_at = excluded.created_at
    )
    insert into event (at, kind, lineage_id, detail)
    select ${at}, 'domain.added', id, jsonb_build_object('names', names) from begun`.execute(trx);
}

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

import type { Instant, PackingPrice } from "@certmill/domain";
import { sql } from "kysely";
import type { Db } from "../database.ts";
import type { CampaignState } from "../schema/campaign.ts";
import type { KeyType } from "../schema/key.ts";
import { namesOfCas } from "./cas.ts";

export interface CampaignRow {
  readonly id: string;
  readonly name: string;
  readonly state: CampaignState;
  readonly pause_reason: string | null;
  readonly finish_by: Instant | null;
  readonly window_start: number | null;
  readonly window_end: number | null;
  readonly per_hour: number | null;
  readonly pack_names: number;
  readonly pack_across_tenants: boolean;
  readonly wave: number;
  readonly wave_began_at: Instant | null;
  readonly most_failed: number;
  readonly renewal_spread_days: number;
  readonly domains: number;
  readonly packing: PackingPrice | null;
  /** The only CAs that may issue, the preferred one first; null: any of the pool. */
  readonly ca_ids: string[] | null;
  readonly cas: string[] | null;
  readonly edge_group_id: string | null;
  readonly edge_group: string | null;
  readonly key_type: KeyType;
  /** What its domains say of having a twin (twins.ts); null: nothing. */
  readonly paired: boolean | null;
  /** Whether they have one, where no tenant says otherwise. */
  readonly is_paired: boolean;
  readonly profile: string | null;
  readonly created_at: Instant;
  readonly ended_at: Instant | null;
}

const selectCampaigns = (db: Db) =>
  db
    .selectFrom("campaign")
    .leftJoin("edge_group", "edge_group.id", "campaign.edge_group_id")
    .select([
      "campaign.id",
      "campaign.name",
      "campaign.state",
      "campaign.pause_reason",
      "campaign.finish_by",
      "campaign.window_start",
      "campaign.window_end",
      "campaign.per_hour",
      "campaign.pack_names",
      "campaign.pack_across_tenants",
      "campaign.wave",
      "campaign.wave_began_at",
      "campaign.most_failed",
      "campaign.renewal_spread_days",
      "campaign.domains",
      "campaign.packing",
      "campaign.ca_ids",
      namesOfCas(sql`campaign.ca_ids`).as("cas"),
      "campaign.edge_group_id",
      "edge_group.name as edge_group",
      "campaign.key_type",
      "campaign.paired",
      sql<boolean>`campaign.key_type = 'p256' and coalesce(campaign.paired, edge_group.paired, false)`.as(
        "is_paired",
      ),
      "campaign.profile",
      "campaign.created_at",
      "campaign.ended_at",
    ]);

export async function findCampaign(db: Db, name: string): Promise<CampaignRow | null> {
  return (await selectCampaigns(db).where("campaign.name", "=", name).executeTakeFirst()) ?? null;
}

/** By name. */
export async function listCampaigns(
  db: Db,
  page: { readonly after: string | null; readonly limit: number },
): Promise<CampaignRow[]> {
  return selectCampaigns(db)
    .$if(page.after !== null, (query) => query.where("campaign.name", ">", page.after))
    .orderBy("campaign.name")
    .limit(page.limit)
    .execute();
}

/** Those that have begun and not ended, the newest first. */
export async function listUnderway(db: Db, most: number): Promise<CampaignRow[]> {
  return selectCampaigns(db)
    .where("campaign.state", "in", ["running", "paused"])
    .orderBy("campaign.id", "desc")
    .limit(most)
    .execute();
}

/** Of a campaign's certificates; each is in one of these but for `parked`, which are among `waiting`. */
export interface CampaignCounts {
  readonly total: number;
  readonly issued: number;
  readonly issuing: number;
  /** Their last attempt failed; most are tried again. */
  readonly failed: number;
  /** Stand in line, or are about to. */
  readonly waiting: number;
  /** Of those that wait: for a limit of their own. */
  readonly parked: number;
  /** Of waves to come. */
  readonly held: number;
  /** Taken off the list before they had a certificate. */
  readonly removed: number;
}

/** Looks at all that are without a certificate. Indexes: `lineage_by_campaign`, `lineage_enrolling`. */
export async function countCampaign(db: Db, id: string): Promise<CampaignCounts> {
  const { rows } = await sql<Record<keyof CampaignCounts | "without", string>>`
    select total.count as total, parked.count as parked, without.*
    from (select count(*) from lineage where campaign_id = ${id}) total,
      (select count(*) from queue join lane on lane.id = queue.lane_id
        where lane.campaign_id = ${id} and queue.parked_until is not null) parked,
      (select count(*) as without, count(*) filter (where state = 'issuing') as issuing,
          count(*) filter (where state = 'removed') as removed,
          count(*) filter (where held and state <> 'removed') as held,
          count(*) filter (where state in ('waiting', 'paused', 'failed') and failing_since is not null) as failed,
          count(*) filter (where state = 'waiting' and failing_since is null and not held) as waiting
        from lineage where campaign_id = ${id} and certificate_id is null) without`.execute(db);
  const [row] = rows;
  if (row === undefined) throw new Error("A select of counts gave no row.");
  const { total, without, issuing, failed, waiting, parked, held, removed } = row;
  return {
    total: Number(total),
    issued: Number(total) - Number(without),
    issuing: Number(issuing),
    failed: Number(failed),
    waiting: Number(waiting),
    parked: Number(parked),
    held: Number(held),
    removed: Number(removed),
  };
}

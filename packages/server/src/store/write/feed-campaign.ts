/** The steps of a campaign that runs or is taken down; who takes them has its row. */
import { countedFailures, findingCodes, type Instant, sampleSize, type WaveOutcome } from "@certmill/domain";
import { sql } from "kysely";
import { type Db, timestamp } from "../database.ts";
import { becomes } from "../life-sql.ts";
import type { CampaignState } from "../schema/campaign.ts";
import { longestDue } from "./fed-list.ts";

export interface DueCampaign {
  readonly id: string;
  readonly name: string;
  readonly state: CampaignState;
  readonly wave: number;
  /** Null: no wave has begun. */
  readonly wave_began_at: Instant | null;
  readonly wave_left: number;
  readonly size: number;
  readonly most_failed: number;
  readonly excused_issuance_id: string | null;
}

/** Takes the campaign that is longest due, until the transaction ends; one that another process has is skipped. */
export async function takeDueCampaign(trx: Db, now: Instant): Promise<DueCampaign | null> {
  const row = await trx
    .selectFrom("campaign")
    .select(["id", "name", "state", "wave", "wave_began_at", "wave_left", "size", "most_failed"])
    .select("excused_issuance_id")
    .$call(longestDue(now))
    .executeTakeFirst();
  return row ?? null;
}

export async function beginWave(
  trx: Db,
  begin: { readonly id: string; readonly wave: number; readonly size: number; readonly now: Instant },
): Promise<void> {
  const { id, wave, size, now } = begin;
  await trx
    .updateTable("campaign")
    .set({ wave, wave_left: size, wave_began_at: timestamp(now), excused_issuance_id: null })
    .where("id", "=", id)
    .execute();
}

/** Corrects how many of the wave are to be released yet. */
export async function leaveInWave(trx: Db, id: string, left: number): Promise<void> {
  await trx.updateTable("campaign").set({ wave_left: left }).where("id", "=", id).execute();
}

/** Those that no wave has released. Index: `lineage_held`. */
export async function countHeld(trx: Db, id: string): Promise<number> {
  const { rows } = await sql<{ count: string }>`
    select count(*) from lineage where campaign_id = ${id} and held and state <> 'removed'`.execute(trx);
  return Number(rows[0]?.count ?? 0);
}

/** Whether so many lineages are due that more would only keep others from joining the line. Index: `lineage_due`. */
export async function isLineFull(trx: Db, most: number, now: Instant): Promise<boolean> {
  const { rows } = await sql<{ count: string }>`
    select count(*) from (select 1 from lineage where wake_at <= ${timestamp(now)} limit ${most}) due`.execute(
    trx,
  );
  return Number(rows[0]?.count ?? 0) >= most;
}

/** Lets the next `most` of the list stand in line, in its order. @returns how many. Index: `lineage_held`. */
export async function releaseHeld(
  trx: Db,
  campaign: Pick<DueCampaign, "id" | "wave">,
  most: number,
  now: Instant,
): Promise<number> {
  const { rows } = await sql<{ count: string }>`
    with released as materialized (
      select id from lineage where campaign_id = ${campaign.id} and held and state <> 'removed'
      order by id limit ${most} for update skip locked
    ), due as (
      update lineage set held = false, wave = ${campaign.wave}, wake_at = ${timestamp(now)}
      from released where lineage.id = released.id returning lineage.id
    ), counted as (
      update campaign set wave_left = wave_left - (select count(*) from due) where id = ${campaign.id}
    )
    select count(*) from due`.execute(trx);
  return Number(rows[0]?.count ?? 0);
}

/**
 * What became of a wave, but for those that wait for a limit of their own, or for their names to be put right: for days perhaps. Index:
 * `lineage_first_waves`.
 */
export async function countWave(
  trx: Db,
  { id, wave }: Pick<DueCampaign, "id" | "wave">,
): Promise<WaveOutcome> {
  const { rows } = await sql<{ members: string; ended: string; failed: string }>`
    select count(*) as members,
      count(*) filter (where certificate_id is not null or state = 'removed' or ${isFailed}) as ended,
      count(*) filter (where certificate_id is null and state <> 'removed' and ${isFailed}) as failed
    from lineage left join queue on queue.lineage_id = lineage.id and queue.parked_until is not null
    where campaign_id = ${id} and wave = ${sql.lit(wave)} and wave < 3 and not ${failsChecks}
      and (queue.lineage_id is null or ${isFailed})`.execute(trx);
  const [row] = rows;
  return {
    members: Number(row?.members ?? 0),
    ended: Number(row?.ended ?? 0),
    failed: Number(row?.failed ?? 0),
  };
}

/** Its order waits for a check that has failed. Index: the key. */
const failsChecks = sql`exists (select 1 from lineage_check
  where lineage_check.lineage_id = lineage.id and lineage_check.failing > 0 and lineage_check.holds_order)`;

const isFailed = sql`coalesce(failure_code, '') = any(${[...countedFailures]}::text[])`;

const dnsFindings = Object.entries(findingCodes).flatMap(([code, evidence]) =>
  evidence === "dns" ? [code] : [],
);

/**
 * It was ordered although its name servers tell that a CA will refuse it. That it failed tells nothing of the platform;
 * and such ones join the line last, so that the end of a list is little else. Index: the key.
 */
const wasForetold = sql`exists (select 1 from lineage_check, jsonb_array_elements(lineage_check.findings) finding
  where lineage_check.lineage_id = lineage.id and lineage_check.ordered_anyway_at is not null
    and finding ->> 'weight' = 'fault' and finding ->> 'code' = any(${dnsFindings}::text[]))`;

/** How far back among the issuances of all the sample of a wave is looked for. */
const sampleDepth = 5_000;

/** The newest first attempts of a wave whose failure no check foretold, those after `since` (null: all). Indexes: issuance's key, `issuance_by_lineage`. */
export async function sampleWave(
  trx: Db,
  { id, wave, excused_issuance_id: since }: DueCampaign,
): Promise<Omit<WaveOutcome, "members">> {
  const { rows } = await sql<{ ended: string; failed: string }>`
    select count(*) as ended, count(*) filter (where sample.failed) as failed from (
      select issuance.state_kind = 'abandoned' as failed
      from (select * from issuance where id > coalesce(${since}::bigint, 0) order by id desc limit ${sampleDepth}) issuance
        join lineage on lineage.id = issuance.lineage_id
      where lineage.campaign_id = ${id} and lineage.wave = ${wave} and issuance.class = 'campaign'
        and (issuance.state_kind = 'issued' or issuance.failure_code = any(${[...countedFailures]}::text[]))
        and not exists (select 1 from issuance earlier
          where earlier.lineage_id = issuance.lineage_id and earlier.id < issuance.id
            and earlier.state_kind <> 'cancelled')
        and not ${wasForetold}
      order by issuance.id desc limit ${sampleSize}
    ) sample`.execute(trx);
  return { ended: Number(rows[0]?.ended ?? 0), failed: Number(rows[0]?.failed ?? 0) };
}

/** The newest issuance of all; null: there is none. */
export async function newestIssuanceId(trx: Db): Promise<string | null> {
  const row = await trx.selectFrom("issuance").select("id").orderBy("id", "desc").limit(1).executeTakeFirst();
  return row?.id ?? null;
}

/** Failed attempts after which a domain is tried once a day at most: the campaign has done its part. */
const quickFailures = 4;

/** Whether somebody on the list is still to be tried soon. Index: `lineage_enrolling`. */
export async function isUnfinished(trx: Db, id: string): Promise<boolean> {
  const { rows } = await sql<{ unfinished: boolean }>`
    select exists (
      select 1 from lineage where campaign_id = ${id} and certificate_id is null and state <> 'removed'
        and failures < ${quickFailures} and not ${failsChecks}
        and state not in ('paused', 'failed')
    ) as unfinished`.execute(trx);
  return rows[0]?.unfinished === true;
}

/**
 * Takes up to `most` of a cancelled campaign's lineages that have no certificate off the list and out of the line. One
 * whose order is at the CA is left to its end.
 */
export async function dropUncertified(trx: Db, id: string, most: number, now: Instant): Promise<number> {
  const at = timestamp(now);
  const { rows } = await sql<{ count: string }>`
    with gone as materialized (
      select id from lineage where campaign_id = ${id} and certificate_id is null and state <> 'removed'
        and not exists (select 1 from issuance where issuance.lineage_id = lineage.id and issuance.ended_at is null)
      order by id limit ${most} for update skip locked
    ), left_line as (
      delete from queue using gone where queue.lineage_id = gone.id
    ), removed as (
      update lineage set ${becomes("removed", now)}, removed_at = ${at}, held = false, wake_at = null
      from gone where lineage.id = gone.id
    ), told as (
      insert into event (at, kind, lineage_id) select ${at}, 'domain.removed', id from gone
    )
    select count(*) from gone`.execute(trx);
  return Number(rows[0]?.count ?? 0);
}

/** Whether a cancelled campaign has lineages without a certificate. Index: `lineage_enrolling`. */
export async function hasUncertified(trx: Db, id: string): Promise<boolean> {
  const { rows } = await sql<{ has: boolean }>`
    select exists (select 1 from lineage
      where campaign_id = ${id} and certificate_id is null and state <> 'removed') as has`.execute(trx);
  return rows[0]?.has === true;
}

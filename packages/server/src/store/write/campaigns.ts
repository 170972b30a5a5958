/**
 * What an operator does with a campaign. Whatever keeps orders from being planned takes the planner's row first: a
 * planning that is under way has then ended, and what it planned is seen.
 */
import type { DailyWindow, EventKind, Instant } from "@certmill/domain";
import { sql } from "kysely";
import { type Db, timestamp } from "../database.ts";
import type { CampaignState } from "../schema/campaign.ts";
import type { KeyType } from "../schema/key.ts";
import { takePlannedBack } from "./take-planned-back.ts";

export interface CampaignSettings {
  readonly name: string;
  readonly finishBy: Instant | null;
  readonly window: DailyWindow | null;
  readonly perHour: number | null;
  readonly packNames: number;
  readonly packAcrossTenants: boolean;
  /** 0 to 1. */
  readonly mostFailed: number;
  readonly renewalSpreadDays: number;
  readonly caId: string | null;
  readonly edgeGroupId: string | null;
  readonly keyType: KeyType;
  readonly profile: string | null;
}

/** What came of a wish: the state it found, and whether it was granted. */
export interface StateChange {
  readonly was: CampaignState;
  readonly changed: boolean;
}

/** Makes a campaign that takes a list, or gives one other settings that has nothing on it. @returns false when the name is taken. */
export async function insertCampaign(db: Db, settings: CampaignSettings, now: Instant): Promise<boolean> {
  const values = settingValues(settings);
  const row = await db
    .insertInto("campaign")
    .values({ ...values, name: settings.name, state: "importing", created_at: timestamp(now) })
    .onConflict((conflict) =>
      conflict
        .column("name")
        .doUpdateSet(values)
        .where("campaign.state", "=", "importing")
        .where("campaign.packing", "is", null),
    )
    .returning("id")
    .executeTakeFirst();
  return row !== undefined;
}

function settingValues(settings: CampaignSettings) {
  const { finishBy, window, perHour, packNames, packAcrossTenants, mostFailed, renewalSpreadDays } = settings;
  return {
    finish_by: finishBy === null ? null : timestamp(finishBy),
    window_start: window?.start ?? null,
    window_end: window?.end ?? null,
    per_hour: perHour,
    pack_names: packNames,
    pack_across_tenants: packAcrossTenants,
    most_failed: mostFailed,
    renewal_spread_days: renewalSpreadDays,
    ca_id: settings.caId,
    edge_group_id: settings.edgeGroupId,
    key_type: settings.keyType,
    profile: settings.profile,
  };
}

/** Closes the list and lets the first wave begin. @returns null when there is nothing on the list. */
export async function startCampaign(db: Db, id: string, now: Instant): Promise<StateChange | null> {
  return db.transaction().execute(async (trx) => {
    const was = await lockCampaign(trx, id);
    if (was !== "importing") return { was, changed: false };
    const { rows } = await sql<{ size: string; domains: string | null }>`
      select count(*) as size, sum(cardinality(names)) as domains from lineage
      where campaign_id = ${id} and state <> 'removed'`.execute(trx);
    const size = Number(rows[0]?.size ?? 0);
    if (size === 0) return null;
    await sql`
      update campaign set state = 'running', size = ${size}, domains = ${Number(rows[0]?.domains)},
        wake_at = ${timestamp(now)}
      where id = ${id}`.execute(trx);
    await tellOfCampaign(trx, "campaign.started", { id, now });
    await sql`select pg_notify('certmill_work', '')`.execute(trx);
    return { was, changed: true };
  });
}

/**
 * Lets no further order begin, those that are planned and that no worker has included.
 *
 * @param excuse the issuance up to which failures are known to who resumes it; null: it is a person who pauses.
 */
export async function pauseCampaign(
  db: Db,
  pause: {
    readonly id: string;
    readonly reason: string;
    readonly excuse: string | null;
    readonly now: Instant;
  },
): Promise<StateChange> {
  const { id, reason, excuse, now } = pause;
  return db.transaction().execute(async (trx) => {
    await stopPlanning(trx);
    const was = await lockCampaign(trx, id);
    if (was !== "running") return { was, changed: false };
    await sql`
      update campaign set state = 'paused', pause_reason = ${reason}, wake_at = null,
        excused_issuance_id = coalesce(${excuse}, excused_issuance_id)
      where id = ${id}`.execute(trx);
    await takePlannedBack(trx, id, now);
    await tellOfCampaign(trx, "campaign.paused", { id, now, reason });
    return { was, changed: true };
  });
}

export async function resumeCampaign(db: Db, id: string, now: Instant): Promise<StateChange> {
  const at = timestamp(now);
  return db.transaction().execute(async (trx) => {
    await stopPlanning(trx);
    const was = await lockCampaign(trx, id);
    if (was !== "paused") return { was, changed: false };
    await sql`
      update campaign set state = 'running', pause_reason = null, wake_at = ${at} where id = ${id}`.execute(
      trx,
    );
    await sql`update planner set wake_at = least(wake_at, ${at})`.execute(trx);
    await tellOfCampaign(trx, "campaign.resumed", { id, now });
    await sql`select pg_notify('certmill_work', '')`.execute(trx);
    return { was, changed: true };
  });
}

/** Ends a campaign. Its certificates stay; what has none is taken off the list bit by bit from now on. */
export async function cancelCampaign(db: Db, id: string, now: Instant): Promise<StateChange> {
  return db.transaction().execute(async (trx) => {
    await stopPlanning(trx);
    const was = await lockCampaign(trx, id);
    if (was === "cancelled" || was === "done") return { was, changed: false };
    const at = timestamp(now);
    await sql`
      update campaign set state = 'cancelled', pause_reason = null, ended_at = ${at}, wake_at = ${at}
      where id = ${id}`.execute(trx);
    await takePlannedBack(trx, id, now);
    await tellOfCampaign(trx, "campaign.cancelled", { id, now });
    await sql`select pg_notify('certmill_work', '')`.execute(trx);
    return { was, changed: true };
  });
}

/** Waits for a planning that is under way; none begins before this transaction ends. */
async function stopPlanning(trx: Db): Promise<void> {
  await trx.selectFrom("planner").select("singleton").forUpdate().execute();
}

async function lockCampaign(trx: Db, id: string): Promise<CampaignState> {
  const { state } = await trx
    .selectFrom("campaign")
    .select("state")
    .where("id", "=", id)
    .forUpdate()
    .executeTakeFirstOrThrow();
  return state;
}

/** Appends a fact of a campaign. */
export async function tellOfCampaign(
  trx: Db,
  kind: EventKind,
  fact: { readonly id: string; readonly now: Instant; readonly reason?: string },
): Promise<void> {
  const { id, now, reason } = fact;
  await trx
    .insertInto("event")
    .values({
      at: timestamp(now),
      kind,
      detail: JSON.stringify({ campaign: id, ...(reason === undefined ? {} : { reason }) }),
    })
    .execute();
}

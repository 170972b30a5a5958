/**
 * What an operator does with a campaign. Whatever keeps orders from being planned takes the planner's row first: a
 * planning that is under way has then ended, and what it planned is seen.
 */
import type { DailyWindow, Instant } from "@certmill/domain";
import { sql } from "kysely";
import { type Db, timestamp } from "../database.ts";
import type { CampaignState } from "../schema/campaign.ts";
import type { KeyType } from "../schema/key.ts";
import { changeState, type StateChange, tellOfList, wakeWorkers } from "./fed-list.ts";
import { takeCampaignBack } from "./take-planned-back.ts";

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
  /** The only CAs that may issue, the preferred one first; null: any of the pool. */
  readonly caIds: readonly string[] | null;
  readonly edgeGroupId: string | null;
  readonly keyType: KeyType;
  /** What its domains say of having a twin (twins.ts); null: nothing. */
  readonly paired: boolean | null;
  readonly profile: string | null;
}

export type CampaignChange = StateChange<CampaignState>;

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
    ca_ids: settings.caIds === null ? null : [...settings.caIds],
    edge_group_id: settings.edgeGroupId,
    key_type: settings.keyType,
    paired: settings.paired,
    profile: settings.profile,
  };
}

/** Closes the list and lets the first wave begin. @returns null when there is nothing on the list. */
export async function startCampaign(db: Db, id: string, now: Instant): Promise<CampaignChange | null> {
  return db.transaction().execute(async (trx) => {
    let size = 0;
    const change = await changeState(trx, { kind: "campaign", id, from: ["importing"] }, async () => {
      const { rows } = await sql<{ size: string; domains: string | null }>`
        select count(*) as size, sum(cardinality(names)) as domains from lineage
        where campaign_id = ${id} and state <> 'removed'`.execute(trx);
      size = Number(rows[0]?.size ?? 0);
      if (size === 0) return;
      await sql`
        update campaign set state = 'running', size = ${size}, domains = ${Number(rows[0]?.domains)},
          wake_at = ${timestamp(now)}
        where id = ${id}`.execute(trx);
      await tellOfList(trx, "campaign.started", { id, now });
      await wakeWorkers(trx);
    });
    return change.changed && size === 0 ? null : change;
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
): Promise<CampaignChange> {
  const { id, reason, excuse, now } = pause;
  return whileNothingIsPlanned(db, (trx) =>
    changeState(trx, { kind: "campaign", id, from: ["running"] }, async () => {
      await sql`
        update campaign set state = 'paused', pause_reason = ${reason}, wake_at = null,
          excused_issuance_id = coalesce(${excuse}, excused_issuance_id)
        where id = ${id}`.execute(trx);
      await takeCampaignBack(trx, id, now);
      await tellOfList(trx, "campaign.paused", { id, now, reason });
    }),
  );
}

export async function resumeCampaign(db: Db, id: string, now: Instant): Promise<CampaignChange> {
  const at = timestamp(now);
  return whileNothingIsPlanned(db, (trx) =>
    changeState(trx, { kind: "campaign", id, from: ["paused"] }, async () => {
      await sql`
        update campaign set state = 'running', pause_reason = null, wake_at = ${at} where id = ${id}`.execute(
        trx,
      );
      await sql`update planner set wake_at = least(wake_at, ${at})`.execute(trx);
      await tellOfList(trx, "campaign.resumed", { id, now });
      await wakeWorkers(trx);
    }),
  );
}

/** Ends a campaign. Its certificates stay; what has none is taken off the list bit by bit from now on. */
export async function cancelCampaign(db: Db, id: string, now: Instant): Promise<CampaignChange> {
  const at = timestamp(now);
  const from = ["importing", "running", "paused"] as const;
  return whileNothingIsPlanned(db, (trx) =>
    changeState(trx, { kind: "campaign", id, from }, async () => {
      await sql`
        update campaign set state = 'cancelled', pause_reason = null, ended_at = ${at}, wake_at = ${at}
        where id = ${id}`.execute(trx);
      await takeCampaignBack(trx, id, now);
      await tellOfList(trx, "campaign.cancelled", { id, now });
      await wakeWorkers(trx);
    }),
  );
}

/** Waits for a planning that is under way; none begins before `change` is committed. */
const whileNothingIsPlanned = <T>(db: Db, change: (trx: Db) => Promise<T>): Promise<T> =>
  db.transaction().execute(async (trx) => {
    await trx.selectFrom("planner").select("singleton").forUpdate().execute();
    return change(trx);
  });

import type { Instant } from "@certmill/domain";
import { sql } from "kysely";
import type { ByWhom } from "../by-whom.ts";
import { type Db, timestamp } from "../database.ts";
import { becomes, becomesState, stateAfterResuming } from "../life-sql.ts";

/**
 * Makes a lineage's next issuance due now, whenever it would have been, and also where none would; one with a
 * certificate is renewed. While an issuance is live, or due already, nothing changes: repeating it is safe.
 *
 * One whose check fails is ordered all the same, without another check. One that a campaign is to enrol is no longer the campaign's: somebody waits for it now.
 *
 * Its twin goes with it.
 *
 * The lineage is held before the live issuance is looked for, so that none can be planned in between.
 *
 * @returns false when the lineage was removed: nothing is issued for it any more.
 */
export const retryLineage = (db: Db, retry: Retry): Promise<boolean> =>
  db.transaction().execute(async (trx) => (await retryHeld(trx, retry)) !== "removed");

export interface Retry {
  readonly lineageId: string;
  readonly by: ByWhom;
  /** The span of the request, as a W3C traceparent; absent or null: nobody told one. */
  readonly askedTrace?: string | null;
  readonly now: Instant;
}

/** The same in a transaction. `unchanged`: it is under way, or due, already. */
export async function retryHeld(
  trx: Db,
  { lineageId, by, askedTrace = null, now }: Retry,
): Promise<"retried" | "unchanged" | "removed"> {
  const at = timestamp(now);
  const { state } = await trx
    .selectFrom("lineage")
    .select("state")
    .where("id", "=", lineageId)
    .forNoKeyUpdate()
    .executeTakeFirstOrThrow();
  if (state === "removed") return "removed";
  const { rows } = await sql<{ count: string }>`
      with woken as (
        update lineage set ${becomesState(stateAfterResuming, now)}, unmended_since = null, wake_at = ${at}, avoid_ca_ids = '{}', wanted_at = least(wanted_at, ${at}), held = false,
          asked_trace = ${askedTrace}, campaign_id = case when certificate_id is not null then campaign_id end
        where id = ${lineageId} and (wake_at is null or wake_at > ${at})
          and not exists (select 1 from issuance where lineage_id = ${lineageId} and ended_at is null)
        returning id
      ), cleared as (
        update lineage_check set cleared = true, holds_order = false, wake_at = null, away_since = null from woken where lineage_id = woken.id
      ), told as (
        insert into event (at, kind, lineage_id, detail)
        select ${at}, 'domain.retried', id, ${JSON.stringify(by)}::jsonb from woken
      )
      select count(pg_notify('certmill_work', 'line')) from woken`.execute(trx);
  await retryTwin(trx, lineageId, now);
  return rows[0]?.count === "0" ? "unchanged" : "retried";
}

/** One whose lineage has no certificate yet does not exist. Index: `lineage_twin`. */
export async function retryTwin(trx: Db, lineageId: string, now: Instant): Promise<void> {
  const at = timestamp(now);
  await sql`
    update lineage set ${becomes("resumed", now)}, unmended_since = null, avoid_ca_ids = '{}',
      wanted_at = least(wanted_at, ${at}), wake_at = ${at}
    where twin_of = ${lineageId} and state <> 'removed' and (wake_at is null or wake_at > ${at})
      and not exists (select 1 from issuance where issuance.lineage_id = lineage.id and ended_at is null)`.execute(
    trx,
  );
}

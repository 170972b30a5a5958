/** A person wants nothing ordered for a domain, and later wants it again. */
import type { Instant } from "@certmill/domain";
import { sql } from "kysely";
import type { ByWhom } from "../by-whom.ts";
import { type Db, timestamp } from "../database.ts";
import { becomesState, stateAfter, stateAfterResuming } from "../life-sql.ts";

export interface Pause {
  readonly lineageId: string;
  readonly by: ByWhom;
  readonly now: Instant;
}

/** `unchanged`: it is paused already. `underway`: an order is, and goes on. */
export type Paused = "paused" | "unchanged" | "underway" | "removed";

/** In a transaction. It leaves the line and its campaign's list; what is served is looked at as before. */
export async function pauseHeld(trx: Db, { lineageId, by, now }: Pause): Promise<Paused> {
  const at = timestamp(now);
  const { rows } = await sql<{ state: string; is_live: boolean }>`
    select state, exists (select from issuance where lineage_id = lineage.id and ended_at is null) as is_live
    from lineage where id = ${lineageId} for no key update`.execute(trx);
  const [lineage] = rows;
  if (lineage === undefined || lineage.state === "removed") return "removed";
  if (lineage.is_live) return "underway";
  if (lineage.state === "paused" || lineage.state === "moved") return "unchanged";
  await sql`
    with paused as (
      update lineage set ${becomesState(stateAfter("paused-by-operator"), now, whoIs(by))}, wake_at = null, held = false
      where (id = ${lineageId} or twin_of = ${lineageId}) and state <> 'removed' returning id, twin_of
    ), left_line as (
      delete from queue using paused where lineage_id = paused.id
    ), unchecked as (
      update lineage_check set holds_order = false, watched = false, cleared = false,
        wake_at = case when (select certificate_id from lineage where id = ${lineageId}) is not null then wake_at end
      from paused where lineage_id = paused.id
    )
    insert into event (at, kind, lineage_id, detail)
    select ${at}, 'domain.paused', id, ${JSON.stringify(by)}::jsonb from paused where twin_of is null`.execute(
    trx,
  );
  await sql`select pg_notify('certmill_feed', '')`.execute(trx);
  return "paused";
}

/** In a transaction. One that its CA has paused is not resumed so. */
export async function resumeHeld(
  trx: Db,
  { lineageId, by, now }: Pause,
): Promise<"resumed" | "unchanged" | "removed"> {
  const at = timestamp(now);
  const { rows } = await sql<{ state: string; paused_by: string | null }>`
    select state, paused_by from lineage where id = ${lineageId} for no key update`.execute(trx);
  const [lineage] = rows;
  if (lineage === undefined || lineage.state === "removed") return "removed";
  if (lineage.paused_by === null) return "unchanged";
  await sql`
    with resumed as (
      update lineage set ${becomesState(stateAfterResuming, now)}, unmended_since = null,
        wake_at = case when certificate_id is null then ${at} else greatest(wanted_at, ${at}) end
      where (id = ${lineageId} or twin_of = ${lineageId}) and paused_by is not null returning id, twin_of
    )
    insert into event (at, kind, lineage_id, detail)
    select ${at}, 'domain.resumed', id, ${JSON.stringify(by)}::jsonb from resumed where twin_of is null`.execute(
    trx,
  );
  await sql`select pg_notify('certmill_work', ''), pg_notify('certmill_feed', '')`.execute(trx);
  return "resumed";
}

/** For people. */
const whoIs = (by: ByWhom): string => ("token" in by ? `the token "${by.token}"` : by.person);

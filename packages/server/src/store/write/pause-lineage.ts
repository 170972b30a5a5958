/** A person wants nothing ordered for a domain, and later wants it again. */
import type { Instant } from "@certmill/domain";
import { sql } from "kysely";
import type { ByWhom } from "../by-whom.ts";
import { type Db, timestamp } from "../database.ts";
import { becomesState, stateAfter, stateAfterResuming } from "../life-sql.ts";
import { cancelIssuance } from "./remove-lineage.ts";

export interface Pause {
  readonly lineageId: string;
  readonly by: ByWhom;
  readonly now: Instant;
}

/** `unchanged`: it is paused already, or its names have moved away. */
export type Paused = "paused" | "unchanged" | "removed";

/**
 * In a transaction. It leaves the line and its campaign's list; what is served is looked at as before. An order that is under
 * way is given up, unless the CA was asked to sign already: that certificate is stored and served, and nothing comes after it.
 *
 * The live issuance is taken before the lineage, as the worker's commits do, and looked for again after it: one may have been
 * planned in between.
 */
export async function pauseHeld(trx: Db, { lineageId, by, now }: Pause): Promise<Paused> {
  const at = timestamp(now);
  await stopUnderway(trx, lineageId, now);
  const { rows } = await sql<{ state: string }>`
    select state from lineage where id = ${lineageId} for no key update`.execute(trx);
  const [lineage] = rows;
  if (lineage === undefined || lineage.state === "removed") return "removed";
  if (lineage.state === "paused" || lineage.state === "moved") return "unchanged";
  await stopUnderway(trx, lineageId, now);
  await sql`
    with paused as (
      update lineage set ${becomesState(stateAfter("paused-by-operator"), now, whoIs(by))}, wake_at = null, held = false
      where (id = ${lineageId} or twin_of = ${lineageId}) and state <> 'removed' returning id, twin_of
    ), left_line as (
      delete from queue using paused where lineage_id = paused.id
    ), looked_no_more as (
      delete from vault_look using paused where lineage_id = paused.id
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

/** Its own, and its twin's. */
async function stopUnderway(trx: Db, lineageId: string, now: Instant): Promise<void> {
  const { rows } = await sql<{ id: string }>`
    select lineage_id as id from issuance join lineage on lineage.id = lineage_id
    where (lineage.id = ${lineageId} or twin_of = ${lineageId}) and ended_at is null`.execute(trx);
  for (const { id } of rows) await cancelIssuance(trx, id, { which: "unfinalized", now });
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
        wake_at = case when exists (select from issuance where lineage_id = lineage.id and ended_at is null) then null
          when certificate_id is null then ${at} else greatest(wanted_at, ${at}) end
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

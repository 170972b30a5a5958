/** A domain whose names lead elsewhere has moved, comes back, or is removed when it has stayed away for long. */
import { after, type Instant, type LifePolicy } from "@certmill/domain";
import { sql } from "kysely";
import { type Db, timestamp } from "../database.ts";
import { becomes } from "../life-sql.ts";
import { cancelIssuance, endLineage } from "./remove-lineage.ts";

export interface Move {
  readonly lineageId: string;
  readonly move: "away" | "back" | "gone";
  readonly life: LifePolicy;
  readonly now: Instant;
}

/** In the transaction that has the lineage. One whose order is under way moves when it is looked at next. */
export async function moveLineage(trx: Db, { lineageId, move, life, now }: Move): Promise<void> {
  if (move === "gone") return endLineage(trx, { lineageId, reason: "moved", now });
  return move === "away" ? moveAway(trx, lineageId, { life, now }) : comeBack(trx, lineageId, now);
}

async function moveAway(
  trx: Db,
  lineageId: string,
  { life, now }: { readonly life: LifePolicy; readonly now: Instant },
): Promise<void> {
  const at = timestamp(now);
  const leavesAt = timestamp(after(now, life.movedKept));
  const { rows } = await sql`
    with moved as (
      update lineage set ${becomes("moved-away", now)}, wake_at = null, rejoin_at = null
      where id = ${lineageId} and state in ('active', 'failing', 'failed', 'paused') and certificate_id is not null
        and not exists (select 1 from issuance where lineage_id = ${lineageId} and ended_at is null)
      returning id
    ), left_line as (
      delete from queue using moved where lineage_id = moved.id
    ), unasked as (
      update renewal set poll_at = null from moved where lineage_id = moved.id
    )
    insert into event (at, kind, lineage_id, detail)
    select ${at}, 'domain.moved', id, jsonb_build_object('leavesAt', ${leavesAt}::timestamptz) from moved
    returning lineage_id`.execute(trx);
  if (rows.length > 0) await moveTwin(trx, lineageId, now);
  await sql`
    update lineage set leaves_at = ${leavesAt} where id = ${lineageId} and state = 'moved'`.execute(trx);
  await sql`select pg_notify('certmill_feed', '')`.execute(trx);
}

/** Its twin goes with it, whatever is under way. One without a certificate waits until it comes back. */
async function moveTwin(trx: Db, lineageId: string, now: Instant): Promise<void> {
  const { rows } = await sql<{ id: string }>`
    select id from lineage where twin_of = ${lineageId} and state <> 'removed'`.execute(trx);
  const [twin] = rows;
  if (twin === undefined) return;
  await cancelIssuance(trx, twin.id, { which: "any", now });
  await sql`
    update lineage set ${becomes("order-taken-back", now)} where id = ${twin.id} and state = 'issuing'`.execute(
    trx,
  );
  await sql`update lineage set ${becomes("moved-away", now)}, wake_at = null where id = ${twin.id}`.execute(
    trx,
  );
  await sql`delete from queue where lineage_id = ${twin.id}`.execute(trx);
  await sql`update renewal set poll_at = null where lineage_id = ${twin.id}`.execute(trx);
}

/** Its renewal is due when it was, or now where that has passed; so is its twin's. */
async function comeBack(trx: Db, lineageId: string, now: Instant): Promise<void> {
  const at = timestamp(now);
  await sql`
    with back as (
      update lineage set ${becomes("came-back", now)}, wake_at = greatest(wanted_at, ${at}), unmended_since = null
      where id = ${lineageId} and state = 'moved' returning id
    ), twin_back as (
      update lineage set ${becomes("came-back", now)}, unmended_since = null,
        wake_at = case when lineage.certificate_id is null then ${at} else greatest(lineage.wanted_at, ${at}) end
      from back where lineage.twin_of = back.id and lineage.state <> 'removed' returning lineage.id
    ), asked as (
      update renewal set poll_at = ${at}
      from (select id from back union all select id from twin_back) every where lineage_id = every.id
    )
    insert into event (at, kind, lineage_id) select ${at}, 'domain.returned', id from back`.execute(trx);
  await sql`select pg_notify('certmill_work', ''), pg_notify('certmill_feed', '')`.execute(trx);
}

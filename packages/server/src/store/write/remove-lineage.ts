import type { Instant } from "@certmill/domain";
import { sql } from "kysely";
import { type Db, timestamp } from "../database.ts";
import { retryDeadlock } from "../retry-deadlock.ts";

/**
 * Ends a lineage: nothing is issued for it any more, what is under way is given up, and the edges that serve
 * it are told. Its domain rows stay for the record. Removing again changes nothing.
 *
 * The live issuance is taken before the lineage, as the worker's commits do, and looked for again after it:
 * one may have been planned in between. If a worker is just then ending that one too, each has what the other
 * waits for.
 */
export async function removeLineage(db: Db, lineageId: string, now: Instant): Promise<void> {
  await retryDeadlock(() => db.transaction().execute((trx) => endLineage(trx, lineageId, now)));
}

async function endLineage(trx: Db, lineageId: string, now: Instant): Promise<void> {
  const at = timestamp(now);
  await cancelIssuance(trx, lineageId, now);
  const { rows } = await sql<{ edge_group_id: string | null }>`
    update lineage set state = 'removed', wake_at = null, removed_at = ${at}
    where id = ${lineageId} and state <> 'removed'
    returning case when certificate_id is not null then edge_group_id end as edge_group_id`.execute(trx);
  const [removed] = rows;
  if (removed === undefined) return;
  await cancelIssuance(trx, lineageId, now);
  await sql`
    insert into event (at, kind, lineage_id, edge_group_id)
    values (${at}, 'domain.removed', ${lineageId}, ${removed.edge_group_id})`.execute(trx);
  await sql`select pg_notify('certmill_feed', ${removed.edge_group_id ?? ""})`.execute(trx);
}

async function cancelIssuance(trx: Db, lineageId: string, now: Instant): Promise<void> {
  await sql`
    with ended as (
      update issuance set state_kind = 'cancelled', state = '{"kind":"cancelled"}', wake_at = null,
        ended_at = ${timestamp(now)}
      where lineage_id = ${lineageId} and ended_at is null returning id
    )
    delete from challenge_response where issuance_id in (select id from ended)`.execute(trx);
}

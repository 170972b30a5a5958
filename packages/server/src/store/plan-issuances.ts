/**
 * From "a lineage is due" to "an issuance is planned". This is the transaction in which a CA's limits are
 * spent: it holds the CA's row, so that two processes never plan beyond `max_orders_in_flight` together.
 */
import { type Instant, planned } from "@certmill/domain";
import { sql } from "kysely";
import { type Db, timestamp } from "./database.ts";

/** CAs that a due lineage waits for. Index: `lineage_due`. */
export async function casWithDueLineages(db: Db, now: Instant): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`
    select id from ca
    where exists (select 1 from lineage where ca_id = ca.id and wake_at <= ${timestamp(now)})
    order by id`.execute(db);
  return rows.map(({ id }) => id);
}

/**
 * - `planned`: as many as were due, or as many as `limit` allowed.
 * - `full`: the CA has as many orders in flight as it may; what is due waits until one ends.
 * - `elsewhere`: another process is planning for the CA.
 */
export type Planning = "planned" | "full" | "elsewhere";

/**
 * Plans up to `limit` issuances for the CA's due lineages, the longest due first, as far as the CA's orders
 * in flight allow. Indexes: `lineage_due`, `issuance_live_by_ca`.
 */
export async function planIssuances(
  db: Db,
  request: { caId: string; limit: number; now: Instant },
): Promise<Planning> {
  const at = timestamp(request.now);
  return db.transaction().execute(async (trx) => {
    const ca = await trx
      .selectFrom("ca")
      .select("max_orders_in_flight")
      .where("id", "=", request.caId)
      .forUpdate()
      .skipLocked()
      .executeTakeFirst();
    if (ca === undefined) return "elsewhere";
    const { live } = await trx
      .selectFrom("issuance")
      .select((eb) => eb.fn.countAll<string>().as("live"))
      .where("ca_id", "=", request.caId)
      .where("ended_at", "is", null)
      .executeTakeFirstOrThrow();
    const room = ca.max_orders_in_flight - Number(live);
    if (room <= 0) return "full";
    await sql`
      with due as (
        select id, names, key_type, certificate_id from lineage
        where ca_id = ${request.caId} and wake_at <= ${at}
        order by wake_at limit ${Math.min(room, request.limit)} for update skip locked
      ), begun as (
        insert into issuance (lineage_id, ca_id, names, key_type, state_kind, state, wake_at, started_at)
        select id, ${request.caId}, names, key_type, 'planned', ${JSON.stringify(planned(request.now))}::jsonb, ${at}, ${at}
        from due returning id, lineage_id
      ), taken as (
        update lineage set wake_at = null, state = case when due.certificate_id is null then 'issuing' else 'active' end
        from due where lineage.id = due.id
      )
      insert into event (at, kind, lineage_id, issuance_id)
      select ${at}, 'issuance.started', lineage_id, id from begun`.execute(trx);
    return "planned";
  });
}

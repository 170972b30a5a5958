/**
 * Tells of certificates that near their end and have no successor: with a fifth of the lifetime left, three days, one
 * day, each once. What a look costs are the certificates that came there since the last one, not the fleet.
 */
import type { Instant } from "@certmill/domain";
import { type RawBuilder, sql } from "kysely";
import { type Db, timestamp } from "./database.ts";

/** Letter by letter the expression of the index `certificate_nearing_end`. */
const fifthLeftAt: RawBuilder<unknown> = sql`(certificate.not_after - timestamptz '1970-01-01 00:00:00+00'
  - (certificate.not_after - certificate.not_before) / 5)`;

const sinceEpoch = (at: RawBuilder<unknown>): RawBuilder<unknown> =>
  sql`(${at} - timestamptz '1970-01-01 00:00:00+00')`;

/** What is held, is to be renewed, and whose renewal was due. */
const isOwed = (now: Instant): RawBuilder<unknown> => sql`
  lineage.certificate_id = certificate.id and lineage.state not in ('removed', 'moved')
    and lineage.wanted_at <= ${timestamp(now)}`;

/** The next instant to tell of it again; null: its last day has begun. */
const nextAlert = (now: Instant): RawBuilder<unknown> => sql`
  case when certificate.not_after - interval '3 days' > ${timestamp(now)} then certificate.not_after - interval '3 days'
    when certificate.not_after - interval '1 day' > ${timestamp(now)} then certificate.not_after - interval '1 day' end`;

/** @returns how many were told. Safe from any number of processes at once: one looks, the others have nothing to do. */
export async function tellExpiring(db: Db, now: Instant): Promise<number> {
  return db.transaction().execute(async (trx) => {
    const { rows } = await sql<{ looked_until: Instant }>`
      select looked_until from expiry_watch where looked_until < ${timestamp(now)} for update skip locked`.execute(
      trx,
    );
    const [watch] = rows;
    if (watch === undefined) return 0;
    const told = (await tellNew(trx, watch.looked_until, now)) + (await tellAgain(trx, now));
    await sql`update expiry_watch set looked_until = ${timestamp(now)}`.execute(trx);
    return told;
  });
}

/** Indexes: `certificate_nearing_end`, the lineage's. */
async function tellNew(trx: Db, since: Instant, now: Instant): Promise<number> {
  const { rows } = await sql`
    with near as (
      insert into expiry_alert (certificate_id, next_at)
      select certificate.id, ${nextAlert(now)}
      from certificate join lineage on lineage.id = certificate.lineage_id
      where ${fifthLeftAt} > ${sinceEpoch(sql`${timestamp(since)}::timestamptz`)}
        and ${fifthLeftAt} <= ${sinceEpoch(sql`${timestamp(now)}::timestamptz`)} and ${isOwed(now)}
      on conflict do nothing returning certificate_id
    )
    ${tell(now, sql`near`)}`.execute(trx);
  return rows.length;
}

/** Index: `expiry_alert_due`. What has a successor is forgotten. */
async function tellAgain(trx: Db, now: Instant): Promise<number> {
  await sql`
    delete from expiry_alert using certificate, lineage
    where expiry_alert.next_at <= ${timestamp(now)} and certificate.id = expiry_alert.certificate_id
      and lineage.id = certificate.lineage_id and not (${isOwed(now)})`.execute(trx);
  const { rows } = await sql`
    with near as (
      update expiry_alert set next_at = ${nextAlert(now)} from certificate
      where expiry_alert.next_at <= ${timestamp(now)} and certificate.id = expiry_alert.certificate_id
      returning expiry_alert.certificate_id
    )
    ${tell(now, sql`near`)}`.execute(trx);
  return rows.length;
}

const tell = (now: Instant, near: RawBuilder<unknown>): RawBuilder<unknown> => sql`
  insert into event (at, kind, lineage_id, detail)
  select ${timestamp(now)}, 'certificate.expiring', lineage.id, jsonb_strip_nulls(jsonb_build_object(
    'notAfter', to_char(certificate.not_after at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'),
    'code', lineage.failure_code, 'detail', lineage.failure_detail))
  from ${near} near join certificate on certificate.id = near.certificate_id
    join lineage on lineage.id = certificate.lineage_id
  returning id`;

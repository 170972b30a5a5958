import type { Instant, SplitPack } from "@certmill/domain";
import { sql } from "kysely";
import { type Db, timestamp } from "../database.ts";
import { becomes } from "../life-sql.ts";

/**
 * Takes the names that failed out of a shared certificate, in the transaction that ended its issuance: each gets a
 * lineage of its own that carries the failure on, and the rest begins anew at once.
 */
export async function splitLineage(
  trx: Db,
  lineageId: string,
  { rest, apart }: SplitPack,
  now: Instant,
): Promise<void> {
  const at = timestamp(now);
  for (const names of apart) {
    await sql`
      with begun as (
        insert into lineage (tenant_id, ca_id, ca_ids, edge_group_id, names, key_type, paired, profile, challenge, state, state_at, wake_at, wanted_at,
          failure_code, failure_detail, failures, failing_since, unmended_since, rests_since, avoid_ca_ids, created_at,
          campaign_id, wave)
        select tenant_id, ca_id, ca_ids, edge_group_id, ${[...names]}::text[], key_type, paired, profile, challenge,
          case when state in ('active', 'failing') then 'waiting' else state end, ${at}, wake_at, wanted_at,
          failure_code, failure_detail, failures, failing_since, unmended_since, rests_since, avoid_ca_ids, ${at},
          campaign_id, wave
        from lineage where id = ${lineageId} returning id
      ), moved as (
        update domain set lineage_id = begun.id from begun where name = any(${[...names]}::text[])
      )
      insert into event (at, kind, lineage_id, detail)
      select ${at}, 'pack.split', id, jsonb_build_object('names', ${[...names]}::text[]) from begun`.execute(
      trx,
    );
  }
  await sql`
    with going_on as (
      update lineage set names = ${[...rest]}::text[], wake_at = ${at}, failures = 0, failure_code = null,
        failing_since = null, unmended_since = null, failure_detail = null, avoid_ca_ids = '{}', ${becomes("resumed", now)}
      where id = ${lineageId} and state <> 'removed' returning id
    )
    insert into event (at, kind, lineage_id, detail)
    select ${at}, 'pack.split', id, jsonb_build_object('names', ${[...rest]}::text[]) from going_on`.execute(
    trx,
  );
}

import type { RenewalWindow } from "@certmill/domain";
import { sql } from "kysely";
import type { Db } from "../../packages/server/src/store/database.ts";

/** Rows in one statement; one for all would outlast the connection's time-out. */
const chunk = 50_000;

/**
 * `count` active lineages with a certificate each, whose CA is asked for them over the next six hours. All but one in a
 * hundred are known to be renewed in `window`. Chains are short: nobody reads them here.
 */
export async function fillRenewals(
  db: Db,
  { caId, count, window }: { readonly caId: string; readonly count: number; readonly window: RenewalWindow },
): Promise<void> {
  const start = sql.lit(new Date(window.start).toISOString());
  const end = sql.lit(new Date(window.end).toISOString());
  await db.connection().execute(async (one) => {
    // Each row refers to those made with it: looking each of them up takes longer than the rest.
    await sql`set session_replication_role = replica`.execute(one);
    await sql`insert into secret (kek_id, wrapped_key, ciphertext) values ('bench', 'w', 'c')`.execute(one);
    for (let from = 1; from <= count; from += chunk) {
      const upTo = Math.min(count, from + chunk - 1);
      await sql`
      with place as materialized (
        select nextval(pg_get_serial_sequence('lineage', 'id')) as lineage,
          nextval(pg_get_serial_sequence('issuance', 'id')) as issuance,
          nextval(pg_get_serial_sequence('certificate', 'id')) as certificate,
          array['n' || n || '.example', 'www.n' || n || '.example'] as names,
          ${start}::timestamptz + random() * (${end}::timestamptz - ${start}::timestamptz) as renew_at,
          n % 100 > 0 as is_known
        from generate_series(${sql.lit(from)}, ${sql.lit(upTo)}) n
      ), lineages as (
        insert into lineage (id, ca_id, edge_group_id, names, key_type, state, wake_at, wanted_at, certificate_id,
          served_certificate_id, created_at)
        overriding system value
        select lineage, ${caId}, 1, names, 'p256', 'active', renew_at, renew_at, certificate,
          certificate, now() from place
      ), issuances as (
        insert into issuance (id, lineage_id, ca_id, names, key_type, state_kind, state, started_at, ended_at)
        overriding system value
        select issuance, lineage, ${caId}, names, 'p256', 'issued', '{"kind":"issued"}', now(), now() from place
      ), certificates as (
        insert into certificate (id, lineage_id, issuance_id, ca_id, serial, issuer, names, not_before, not_after,
          fingerprint, chain_pem, key_secret_id, stored_at, spki)
        overriding system value
        select certificate, lineage, issuance, ${caId}, md5(certificate::text), 'CN=Bench', names,
          now() - interval '30 days', now() + interval '60 days', 'f', 'c', (select max(id) from secret), now(), md5(certificate::text) || md5(lineage::text)
        from place
      )
      insert into renewal (lineage_id, certificate_id, ca_id, ari_id, not_before, not_after, window_start, window_end, poll_at)
      select lineage, certificate, ${caId}, 'aYhba4dGQEHhs3uEe6CuLN4ByNQ.' || left(md5(certificate::text), 24),
        now() - interval '30 days', now() + interval '60 days',
        case when is_known then ${start}::timestamptz end, case when is_known then ${end}::timestamptz end,
        now() + random() * interval '6 hours'
      from place`.execute(one);
    }
    await sql`set session_replication_role = origin`.execute(one);
  });
}

/** A fleet that was enrolled before: rows as issuing leaves them. */
import { sql } from "kysely";
import type { Db } from "../../packages/server/src/store/database.ts";

/**
 * Stores `count` active lineages of two names each. Key, issuance, certificate and timeline are copies of those
 * of the last issuance that ended well, so one must have. Renewals are spread over the second month from now:
 * none is due. One statement: lineage and certificate refer to each other.
 */
export async function storeLineages(db: Db, count: number): Promise<void> {
  await sql`
    with model as (
      select * from issuance where state_kind = 'issued' order by id desc limit 1
    ), place as materialized (
      select nextval(pg_get_serial_sequence('lineage', 'id')) as lineage,
        nextval(pg_get_serial_sequence('issuance', 'id')) as issuance,
        nextval(pg_get_serial_sequence('certificate', 'id')) as certificate,
        nextval(pg_get_serial_sequence('secret', 'id')) as secret,
        array['stored' || n || '.example.net', 'www.stored' || n || '.example.net'] as names,
        now() + interval '30 days' * (1 + random()) as renew_at
      from generate_series(1, ${count}::int) as n
    ), lineages as (
      insert into lineage (id, ca_id, edge_group_id, names, key_type, state, wake_at, wanted_at, certificate_id,
        served_certificate_id, created_at)
      overriding system value
      select place.lineage, l.ca_id, l.edge_group_id, place.names, l.key_type, l.state, renew_at, renew_at,
        place.certificate, place.certificate, l.created_at
      from place, model join lineage l on l.id = model.lineage_id
    ), domains as (
      insert into domain (name, lineage_id, created_at) select unnest(names), lineage, now() from place
    ), secrets as (
      insert into secret (id, kek_id, wrapped_key, ciphertext) overriding system value
      select place.secret, s.kek_id, s.wrapped_key, s.ciphertext
      from place, model join secret s on s.id = model.key_secret_id
    ), issuances as (
      insert into issuance (id, lineage_id, ca_id, names, key_type, state_kind, state, order_url, key_secret_id, csr,
        started_at, ended_at)
      overriding system value
      select place.issuance, place.lineage, m.ca_id, place.names, m.key_type, m.state_kind, m.state, m.order_url,
        place.secret, m.csr, m.started_at, m.ended_at
      from place, model m
    ), certificates as (
      insert into certificate (id, lineage_id, issuance_id, ca_id, serial, issuer, names, not_before, not_after,
        fingerprint, chain_pem, key_secret_id, stored_at)
      overriding system value
      select place.certificate, place.lineage, place.issuance, c.ca_id, md5(place.certificate::text), c.issuer,
        place.names, c.not_before, c.not_after, c.fingerprint, c.chain_pem, place.secret, c.stored_at
      from place, model join certificate c on c.issuance_id = model.id
    )
    insert into event (at, kind, lineage_id, issuance_id, edge_group_id, duration_ms, detail)
    select e.at, e.kind, place.lineage, case when e.issuance_id is not null then place.issuance end, e.edge_group_id,
      e.duration_ms, e.detail
    from place, model join event e on e.lineage_id = model.lineage_id`.execute(db);
}

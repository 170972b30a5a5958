import { sql } from "kysely";
import type { Db } from "../../src/store/database.ts";
import { start } from "./fleet.ts";

/**
 * `size` lineages with a certificate each that are renewed in a month, one in a hundred of them due now, served by 200 edge groups, and
 * as many issuances: all have ended but one in a hundred.
 */
export async function fillFleet(db: Db, size: number): Promise<void> {
  const all = sql.lit(size);
  const at = sql.lit(new Date(start).toISOString());
  const statements = [
    sql`insert into secret (kek_id, wrapped_key, ciphertext)
      select case when n % 1000 = 0 then 'old' else 'new' end, 'w', 'c' from generate_series(1, ${all}) n`,
    sql`insert into edge_group (name) select 'group' || n from generate_series(2, 200) n`,
    sql`insert into lineage (ca_id, edge_group_id, names, key_type, state, wake_at, wanted_at, created_at)
      select (select max(id) from ca), (select array_agg(id) from edge_group)[n % 200 + 1], array['n' || n || '.example.com'], 'p256', 'active',
        ${at}::timestamptz + case when n % 100 = 0 then interval '0' else interval '30 days' end, ${at}, ${at}
      from generate_series(1, ${all}) n`,
    sql`insert into domain (name, lineage_id, created_at) select names[1], id, ${at} from lineage`,
    sql`insert into issuance (lineage_id, ca_id, names, key_type, state_kind, state, trace, trace_owed, wake_at, started_at, ended_at)
      select id, ca_id, names, 'p256', 'planned', '{"kind":"planned"}', 'trace-' || id, id % 100 < 3, case when id % 100 = 1 then ${at}::timestamptz end,
        ${at}, case when id % 100 <> 1 then ${at}::timestamptz end from lineage`,
    sql`insert into certificate (lineage_id, issuance_id, ca_id, serial, issuer, names, not_before, not_after,
        fingerprint, chain_pem, key_secret_id, stored_at)
      select lineage_id, id, ca_id, to_hex(id), 'CN=Test', names, ${at}, ${at}, '00', 'chain', id, ${at} from issuance`,
    sql`update lineage set certificate_id = certificate.id, expires_at = ${at}::timestamptz + lineage.id % 90 * interval '1 day',
        failure_code = case when lineage.id % 500 = 3 then 'caa' end,
        served_certificate_id = case when lineage.id % 100 <> 0 then certificate.id end from certificate where certificate.lineage_id = lineage.id`,
    sql`insert into renewal (lineage_id, certificate_id, ca_id, ari_id, not_before, not_after, poll_at)
      select lineage_id, id, ca_id, 'key.' || id, ${at}, ${at}::timestamptz + interval '90 days',
        ${at}::timestamptz + id % 100 * interval '3 minutes' from certificate`,
    sql`insert into lineage_check (lineage_id, rank, checked_at, wake_at)
      select id, id % 2, ${at}, case when id % 10 = 0 then ${at}::timestamptz + id % 100 * interval '3 minutes' end
      from lineage`,
    sql`insert into vault_look (lineage_id, rank, wake_at)
      select id, id % 2, case when id % 10 = 0 then ${at}::timestamptz + id % 100 * interval '3 minutes' end
      from lineage`,
    sql`insert into right_records (lineage_id, records) select id, '[]' from lineage`,
    sql`insert into challenge_response (token, key_authorization, issuance_id, identifier, published_at)
      select 'token-' || id, 'token-' || id || '.t', id, names[1], ${at} from issuance`,
    sql`insert into dns_provider (name, kind, settings, wildcards_only, created_at)
      values ('exec', 'exec', '{}', false, ${at})`,
    sql`insert into dns_zone select 'n' || n || '.example.com', 1, false from generate_series(1, 5000) n`,
    sql`insert into dns_record (provider_id, zone, name, value, issuance_id, intended_at, remove_at)
      select 1, 'z', 'n' || id, 'v' || id, id, ${at}, case when id % 100 = 0 then ${at}::timestamptz end from issuance`,
    sql`insert into event (at, kind, lineage_id, issuance_id, edge_group_id)
      select ${at}, kind, lineage_id, issuance.id, case when kind = 'certificate.stored' then edge_group_id end
      from issuance join lineage on lineage.id = lineage_id, unnest(array['issuance.started', 'order.created', 'certificate.stored']) kind`,
    sql`insert into token (name, hash, scope, created_at)
      select 't' || n, sha256(n::text::bytea), 'admin', ${at} from generate_series(1, 5000) n`,
    sql`insert into edge (edge_group_id, name, last_seen_at) select 1, 'edge' || n, ${at} from generate_series(1, 4) n`,
    sql`insert into delivery (edge_id, lineage_id, certificate_id, received_at)
      select edge.id, lineage.id, lineage.certificate_id, ${at} from lineage, edge`,
    // In line: a tenth; of these one in ten is parked.
    sql`insert into lane (class) values ('interactive'), ('renewal')`,
    sql`insert into queue (lineage_id, lane_id, turn, queued_at, parked_until)
      select id, id % 2 + 1, id, ${at}, case when id % 10 = 5 then ${at}::timestamptz + interval '1 day' end
      from lineage where id % 10 = 5 or id % 10 = 6`,
    sql`insert into queue (lineage_id, lane_id, turn, queued_at)
      select id, id % 2 + 1, id, ${at} from lineage where id % 10 in (7, 8, 9)`,
    sql`insert into bucket (ca_id, limit_name, key, full_at)
      select 1, 'new-certificates-per-registered-domain', 'n' || n || '.example', 0 from generate_series(1, ${all}) n`,
    sql`insert into ledger_entry (ca_id, at, change) select 1, ${at}, '{"kind":"answered"}' from generate_series(1, 2000)`,
    sql`insert into spent_hour select 1, ${at}::timestamptz - n * interval '1 hour', 'renewal', '', 1 from generate_series(1, 2000) n`,
    sql`insert into tally (measure, hour, ca_id, class, code, bucket, count)
      select measure, ${at}::timestamptz - n * interval '1 hour', 1, class, '', bucket, 1
      from generate_series(-24, 700) n, unnest(array['time-to-certificate', 'step order', 'step challenge', 'step validation', 'step finalize', 'issued', 'in-time', 'failed']) measure,
        unnest(array['renewal', 'campaign']) class, generate_series(1, 5) bucket`,
    sql`insert into audit (at, via, who, action)
      select ${at}::timestamptz - n * interval '10 minutes', 'token', 'x', 'retryDomain' from generate_series(1, 5000) n`,
    // A mass replacement of half of them, which has begun.
    sql`insert into replacement (state, selection, reason, then_revoke, refuses_keys, created_by, created_at)
      values ('running', '{}', 'superseded', true, false, 'test', ${at})`,
    sql`insert into replacement_item (replacement_id, certificate_id, lineage_id, released_at)
      select 1, id, lineage_id, ${at} from certificate where id % 2 = 0`,
    sql`insert into key_end select id, ${at}, ${at}::timestamptz + id % 100 * interval '1 hour' from secret where id > 10`,
    sql`update expiry_watch set looked_until = ${at}`,
    sql`insert into webhook (url, secret_id, state, xact, event_id, wake_at, created_at)
      select 'https://h', 1, 'active', (select max(xact) from event), n, ${at}, ${at} from generate_series(1, 20) n`,
    sql`insert into webhook_held (webhook_id, lineage_id, xact, event_id, attempts, held_since, wake_at, answer)
      select webhook.id, lineage.id, '1', 1, 1, ${at}, ${at}::timestamptz + interval '1 day', '' from webhook, lineage
      where lineage.id <= 500`,
    // A sweep is done every ten minutes, and reads a good part of so small a table.
    sql`update planner set swept_at = ${at}`,
    sql`vacuum analyze`,
  ];
  for (const statement of statements) await statement.execute(db);
}

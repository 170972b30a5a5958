/**
 * A database with a fleet as an operator has it: domains in every state, certificates that end over the next months, edges,
 * a line, failures with their reasons, and counts of the last month. For benches and for the console's tests; made by SQL
 * alone, 1,000,000 domains in two minutes or so. No order can be made of it: keys and chains are dummies.
 */
import type { Instant } from "@certmill/domain";
import { type RawBuilder, sql } from "kysely";
import type { Db } from "../../packages/server/src/store/database.ts";
import { tallyHistory } from "./tally-history.ts";

export interface SeededFleet {
  /** Lineages; each has one name, one in four has a `www.` name, too. */
  readonly lineages: number;
  readonly now: Instant;
}

/** Rows in one statement; one for all would outlast the connection's time-out. */
const chunk = 20_000;

/** Names that a person finds by search, at any size: one in each state. */
export const knownNames = {
  active: "bakery.example.com",
  failing: "florist.example.com",
  waiting: "carpenter.example.com",
  paused: "bookshop.example.com",
} as const;

/**
 * Fills a migrated, empty database. Lineage ids are 1 to `lineages`. Tenants `tenant-1` …, CAs `letsencrypt` (default) and
 * `zerossl`, edge groups `default`, `eu-west`, `us-east`, campaigns `spring` (running) and `autumn` (done).
 */
export async function seedFleet(db: Db, { lineages, now }: SeededFleet): Promise<void> {
  const at = sql.lit(new Date(now).toISOString());
  for (const statement of surroundings(lineages, at)) await statement.execute(db);
  await db.connection().execute(async (one) => {
    // Each row refers to those made with it: looking each of them up takes longer than the rest.
    await sql`set session_replication_role = replica`.execute(one);
    for (let from = 1; from <= lineages; from += chunk) {
      const range = { from, upTo: Math.min(lineages, from + chunk - 1), at };
      for (const statement of fleetRows(range)) await statement.execute(one);
    }
    for (const statement of namedRows()) await statement.execute(one);
    for (const statement of doings(at)) await statement.execute(one);
    await sql`set session_replication_role = origin`.execute(one);
  });
  await tallyHistory(db, now);
  await catchUp(db, at);
  await sql`vacuum analyze`.execute(db);
}

/** Tenants are as in life: one has a third, a few have many, most have some. */
const tenantsFor = (lineages: number): number => Math.max(5, Math.ceil(lineages / 200));

function surroundings(lineages: number, at: RawBuilder<unknown>): RawBuilder<unknown>[] {
  const tenants = sql.lit(tenantsFor(lineages));
  return [
    sql`insert into secret (kek_id, wrapped_key, ciphertext) values ('seed', 'w', 'c')`,
    sql`insert into tenant (name, created_at) select 'tenant-' || n, ${at}::timestamptz - interval '1 year' from generate_series(1, ${tenants}) n`,
    sql`insert into ca (name, directory_url, name_policy, max_orders_in_flight, is_default, limit_set, weight, caa_identities,
        status_read_at, created_at)
      values ('letsencrypt', 'https://acme-v02.api.letsencrypt.org/directory', 'public', 64, true, 'letsencrypt', 80,
          '{letsencrypt.org}', ${at}, ${at}),
        ('zerossl', 'https://acme.zerossl.com/v2/DV90', 'public', 32, false, 'zerossl', 20, '{sectigo.com}', null, ${at})`,
    sql`insert into account (ca_id, url, key_secret_id, thumbprint, contact, created_at)
      select id, directory_url || '/account/1', 1, 'thumbprint-' || id, '{}', ${at} from ca`,
    sql`insert into edge_group (name) values ('eu-west'), ('us-east')`,
    sql`insert into edge (edge_group_id, name, last_seen_at, version)
      select edge_group.id, edge_group.name || '-' || n,
        ${at}::timestamptz - case when n = 6 then interval '40 minutes' else interval '20 seconds' end, '0.1.0'
      from edge_group, generate_series(1, 6) n`,
    sql`insert into campaign (name, state, created_at, size, domains, wave, wave_began_at, finish_by) values
      ('spring', 'running', ${at}::timestamptz - interval '9 days', 1000, 1000, 3, ${at}, ${at}::timestamptz + interval '80 days'),
      ('autumn', 'done', ${at}::timestamptz - interval '90 days', 1000, 1000, 3, null, null)`,
    sql`insert into lane (class, campaign_id) values ('interactive', null), ('renewal', null), ('campaign', 1), ('emergency', null)`,
  ];
}

interface RowRange {
  readonly from: number;
  readonly upTo: number;
  readonly at: RawBuilder<unknown>;
}

/** Of a hundred: 90 active, 2 failing, 3 in a campaign's line, the others a little of each. */
const stateOf = sql`case
  when n % 100 < 90 then 'active' when n % 100 < 92 then 'failing' when n % 100 < 96 then 'waiting'
  when n % 1000 = 97 then 'paused' when n % 1000 = 197 then 'moved' when n % 100 = 96 then 'issuing'
  when n % 100 = 97 then 'failed' when n % 100 = 98 then 'removed' else 'active' end`;

/** A shop's name, of words that come again, so that a search finds one, a few, or thousands. They tell nothing of its state, CA or tenant. */
const nameOf = sql`(array['garden', 'studio', 'bakery', 'museum', 'hotel', 'yoga', 'coffee', 'travel', 'dental', 'music'])[n / 100 % 10 + 1]
  || '-' || (array['berlin', 'paris', 'lisbon', 'oslo', 'vienna', 'dublin', 'athens'])[n % 7 + 1] || n
  || (array['.example.com', '.example.net', '.example.org', '.shops.example'])[n / 1000 % 4 + 1]`;

/** Stable, and without a pattern that a person sees: 0 to 9,999. */
const shuffled = sql`(n::bigint * 7919 % 10000)`;

function fleetRows({ from, upTo, at }: RowRange): RawBuilder<unknown>[] {
  const n = sql`generate_series(${sql.lit(from)}, ${sql.lit(upTo)}) n`;
  return [
    sql`insert into lineage (id, tenant_id, ca_id, edge_group_id, names, key_type, state, wanted_at, wake_at, created_at, state_at,
        failure_code, failure_detail, failures, failing_since, unmended_since, rests_since, removed_at, certificate_id,
        served_certificate_id, expires_at, campaign_id, wave)
      overriding system value
      select n, case when n % 3 = 0 then 1 else 2 + n % ((select count(*) from tenant) - 1) end,
        case when n % 5 = 4 then 2 else 1 end, n % 3 + 1,
        case when n % 4 = 0 then array[name, 'www.' || name] else array[name] end, 'p256', state,
        renew_at, case when state in ('active', 'failing') then renew_at end, created_at,
        case when state in ('failing', 'paused', 'failed', 'removed', 'moved') then failing_at else created_at end,
        code, case when code is not null then 'DNS problem: NXDOMAIN looking up A for ' || name end,
        case when code is null then 0 else 1 + n % 9 end, case when code is not null then failing_at end,
        case when code in ('dns', 'connection', 'caa') then failing_at end,
        case when state in ('paused', 'failed', 'removed', 'moved') then failing_at end,
        case when state = 'removed' then failing_at end,
        certificate, case when ${shuffled} >= 20 then certificate end, expires_at,
        case when state = 'waiting' or n % 50 = 1 then 1 end, case when state = 'waiting' then 3 end
      from (
        select n, ${nameOf} as name, state, ${at}::timestamptz - ${shuffled} * interval '50 minutes' - interval '1 hour' as created_at,
          ${at}::timestamptz - ${shuffled} * interval '1 minute' as failing_at,
          case when state in ('active', 'failing', 'moved', 'removed') then n end as certificate,
          case when state in ('active', 'failing', 'moved', 'removed')
            then ${at}::timestamptz + (${shuffled} * 87 / 10000 + 2) * interval '1 day' + ${shuffled} * interval '1 second' end as expires_at,
          case when state in ('active', 'failing')
            then ${at}::timestamptz + greatest(${shuffled} * 87 / 10000 - 28, 0) * interval '1 day' + ${shuffled} * interval '9 seconds'
            else ${at}::timestamptz - interval '2 hours' end as renew_at,
          case when state = 'paused' then 'name-paused' when state in ('failing', 'failed')
            then (array['dns', 'connection', 'caa', 'wrong-response', 'ca-error'])[n % 5 + 1] end as code
        from (select n, ${stateOf} as state from ${n}) stated
      ) row`,
    sql`insert into domain (name, lineage_id, created_at)
      select unnest(names), id, created_at from lineage where id between ${sql.lit(from)} and ${sql.lit(upTo)}`,
    sql`insert into issuance (id, lineage_id, ca_id, names, key_type, state_kind, state, started_at, ended_at, class, failure_code)
      overriding system value
      select id, id, ca_id, names, 'p256', case when state = 'failed' then 'abandoned' else 'issued' end, '{"kind":"issued"}',
        created_at, created_at + interval '9 seconds', case when id % 4 = 0 then 'renewal' else 'interactive' end, null
      from lineage where id between ${sql.lit(from)} and ${sql.lit(upTo)} and state <> 'waiting'`,
    sql`insert into certificate (id, lineage_id, issuance_id, ca_id, serial, issuer, names, not_before, not_after, fingerprint,
        spki, chain_pem, key_secret_id, stored_at)
      overriding system value
      select id, id, id, ca_id, '04' || md5(id::text), case ca_id when 1 then 'C=US, O=Let''s Encrypt, CN=R11' else 'C=AT, O=ZeroSSL, CN=ZeroSSL ECC Domain Secure Site CA' end,
        names, expires_at - interval '90 days', expires_at, md5(id::text) || md5('f' || id), md5('k' || id) || md5(id::text), 'chain', 1,
        created_at + interval '9 seconds'
      from lineage where id between ${sql.lit(from)} and ${sql.lit(upTo)} and certificate_id is not null`,
    sql`insert into renewal (lineage_id, certificate_id, ca_id, ari_id, not_before, not_after, poll_at)
      select id, id, ca_id, 'key.' || id, expires_at - interval '90 days', expires_at, ${at}::timestamptz + id % 360 * interval '1 minute'
      from lineage where id between ${sql.lit(from)} and ${sql.lit(upTo)} and certificate_id is not null and state in ('active', 'failing')`,
    sql`insert into lineage_check (lineage_id, wake_at, rank, checked_at, failing, failing_since, holds_order, findings)
      select id, ${at}::timestamptz + id % 1440 * interval '1 minute', 2, ${at}::timestamptz - id % 1440 * interval '1 minute',
        case when failure_code = 'dns' then 3 else 0 end, case when failure_code = 'dns' then failing_since end, false,
        case when failure_code = 'dns' then jsonb_build_array(jsonb_build_object('code', 'points-elsewhere', 'weight', 'fault', 'name', names[1],
          'where', null, 'expected', jsonb_build_array('192.0.2.10'), 'found', jsonb_build_array('203.0.113.7'), 'ca', null,
          'seenFrom', jsonb_build_array(), 'before', null)) else '[]'::jsonb end
      from lineage where id between ${sql.lit(from)} and ${sql.lit(upTo)} and state not in ('removed', 'waiting')`,
    sql`insert into queue (lineage_id, lane_id, turn, queued_at, parked_until, parked_for)
      select id, case when id % 20 = 13 then 1 else 3 end, ${sql.ref("id")}, ${at}::timestamptz - id % 9000 * interval '1 second',
        case when id % 50 = 13 then ${at}::timestamptz + interval '3 hours' end,
        case when id % 50 = 13 then 'letsencrypt new-certificates-per-registered-domain shops.example' end
      from lineage where id between ${sql.lit(from)} and ${sql.lit(upTo)} and state = 'waiting' and id % 100 < 95`,
  ];
}

/** The known names take the place of others. */
function namedRows(): RawBuilder<unknown>[] {
  return Object.entries(knownNames).map(
    ([state, name]) => sql`
      with chosen as (select id, names[1] as before from lineage where state = ${state} and cardinality(names) = 1 order by id limit 1),
        renamed as (update domain set name = ${name} from chosen where domain.name = chosen.before),
        certified as (update certificate set names = array[${name}] from chosen where lineage_id = chosen.id),
        checked as (update lineage_check set findings = replace(findings::text, chosen.before, ${name})::jsonb
          from chosen where lineage_id = chosen.id)
      update lineage set names = array[${name}], failure_detail = replace(failure_detail, chosen.before, ${name}) from chosen where lineage.id = chosen.id`,
  );
}

/** Timelines of the first few thousand and of the known names, receipts, and what edges could not take. */
function doings(at: RawBuilder<unknown>): RawBuilder<unknown>[] {
  const told = sql`(lineage.id <= 5000 or lineage.names[1] = any(${Object.values(knownNames)}::text[]))`;
  return [
    sql`insert into event (at, kind, lineage_id, issuance_id, duration_ms, detail)
      select created_at + step.after * interval '1 second', step.kind, lineage.id, case when step.after > 0 then lineage.id end, step.took,
        case step.kind when 'domain.added' then jsonb_build_object('names', names)
          when 'certificate.stored' then jsonb_build_object('waitedMs', 9000, 'readyAt', created_at, 'toEdges', true)
          when 'delivered' then jsonb_build_object('edge', 'default-1', 'certificateId', lineage.id::text, 'error', null)
          when 'certificate.served' then jsonb_build_object('certificateId', lineage.id::text, 'rule', 'any', 'edges', 6)
          else '{}'::jsonb end
      from lineage, (values (0, 'domain.added', null), (1, 'issuance.started', null), (2, 'order.created', 640),
        (3, 'challenge.published', 210), (6, 'validated', 3100), (8, 'finalized', 1800), (9, 'certificate.stored', 320),
        (10, 'delivered', 900), (10, 'certificate.served', 900)) as step (after, kind, took)
      where ${told} and certificate_id is not null order by lineage.id, step.after`,
    sql`insert into event (at, kind, lineage_id, detail)
      select coalesce(failing_since, state_at), 'issuance.failed', id, jsonb_build_object('code', failure_code, 'detail', failure_detail)
      from lineage where ${told} and failure_code is not null order by id`,
    sql`insert into delivery (edge_id, lineage_id, certificate_id, received_at, error)
      select edge.id, lineage.id, lineage.certificate_id, ${at}::timestamptz - interval '1 day',
        case when edge.name like '%-5' and lineage.id % 1000 = 1 then 'nginx -t: cannot load certificate' end
      from lineage join edge on edge.edge_group_id = lineage.edge_group_id
      where lineage.certificate_id is not null and lineage.state <> 'removed' and lineage.id % 200 = 1`,
    sql`insert into bucket (ca_id, limit_name, key, full_at, reserved)
      select ca_id, 'new-orders-per-account', id::text, extract(epoch from ${at}::timestamptz) * 1000 + 7200000, 4 from account`,
    sql`insert into spent_hour (ca_id, hour, class, spender, orders)
      select 1, date_trunc('hour', ${at}::timestamptz) - n * interval '1 hour', class, 'tenant ' || (n % 5 + 1), 20 + n % 7
      from generate_series(0, 167) n, unnest(array['interactive', 'renewal', 'campaign']) class`,
  ];
}

/** The sequences go on behind what was given, and what was written is counted already. */
async function catchUp(db: Db, at: RawBuilder<unknown>): Promise<void> {
  for (const table of ["lineage", "issuance", "certificate"])
    await sql`select setval(pg_get_serial_sequence(${table}, 'id'), (select max(id) + 1 from ${sql.table(table)}))`.execute(
      db,
    );
  await sql`update tally_place set xact = pg_snapshot_xmin(pg_current_snapshot()), event_id = 0,
    since = ${at}::timestamptz - interval '31 days', until = ${at}`.execute(db);
}

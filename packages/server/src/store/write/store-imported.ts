/** Certificates that another program obtained, as lineages have those that they ordered. */
import { type Duration, type Instant, instant, lookEvery, minutes, stableFraction } from "@certmill/domain";
import { sql } from "kysely";
import { type Db, timestamp } from "../database.ts";
import type { CertificateToStore } from "../decision/commit-issued.ts";
import { endKeys } from "../key/key-ends.ts";
import { becomes } from "../life-sql.ts";
import { noteReplaced } from "../replaced.ts";
import type { Sealed } from "../secrets.ts";
import { servedAtFirst, toEdges } from "../served-sql.ts";
import { followTwins } from "../twins.ts";

/** Where a certificate came from. */
export interface Origin {
  /** null: none of the CAs that are here. */
  readonly caId: string | null;
  /** Whether the account that it was issued to is none that is here. */
  readonly foreignAccount: boolean;
}

export interface ImportedCertificate extends Origin {
  readonly lineageId: string;
  readonly names: readonly string[];
  readonly certificate: CertificateToStore;
  readonly key: Sealed;
  readonly renewAt: Instant;
}

/** CAs are asked for the windows of what is imported together over so long. */
const firstPolls = minutes(60);

/**
 * Makes each the certificate of its lineage, tells the edges, and sets the renewal: in one statement, as when a
 * certificate is issued. Whatever was about to be ordered for want of one is no longer; an order that is under way goes
 * on. Needs `holdStandings` before it in the same transaction for lineages that were there.
 */
export async function storeImported(
  trx: Db,
  imported: readonly ImportedCertificate[],
  {
    areChecked,
    from = null,
    now,
  }: {
    readonly areChecked: boolean;
    /** Where they were found, for people; absent or null: whoever sent them knows. */
    readonly from?: string | null;
    readonly now: Instant;
  },
): Promise<void> {
  if (imported.length === 0) return;
  const at = timestamp(now);
  const found = JSON.stringify(from === null ? {} : { from });
  const rows = JSON.stringify(imported.map((each) => rowOf(each, now)));
  // A wrapped key is random, and so tells which secret is whose.
  await sql`
    with given as (
      select * from jsonb_to_recordset(${rows}::jsonb) as given (
        lineage_id bigint, ca_id bigint, foreign_account boolean, serial text, issuer text, names text[],
        not_before timestamptz, not_after timestamptz, fingerprint text, spki text, chain_pem text, ari_id text, kek_id text,
        wrapped_key text, ciphertext text, renew_at timestamptz, poll_at timestamptz,
        look_at timestamptz)
    ), sealed as (
      insert into secret (kek_id, wrapped_key, ciphertext)
      select kek_id, decode(wrapped_key, 'base64'), decode(ciphertext, 'base64') from given
      returning id, wrapped_key
    ), stored as (
      insert into certificate (lineage_id, ca_id, foreign_account, serial, issuer, names, not_before, not_after,
        fingerprint, spki, chain_pem, key_secret_id, stored_at)
      select lineage_id, ca_id, foreign_account, serial, issuer, names, not_before, not_after, fingerprint, spki,
        chain_pem, sealed.id, ${at}
      from given join sealed on sealed.wrapped_key = decode(given.wrapped_key, 'base64')
      returning id, lineage_id
    ), current as (
      update lineage set ${becomes("issued", now)}, certificate_id = stored.id, expires_at = given.not_after,
        served_certificate_id = ${servedAtFirst}, failures = 0, failure_code = null,
        failing_since = null, unmended_since = null, suspects = '{}', failure_detail = null, avoid_ca_ids = '{}',
        names = coalesce(lineage.all_names, lineage.names), all_names = null, rejoin_at = null,
        held = false, wanted_at = given.renew_at,
        wake_at = case when exists (
          select 1 from issuance where issuance.lineage_id = lineage.id and ended_at is null
        ) then null else given.renew_at end
      from stored join given on given.lineage_id = stored.lineage_id where lineage.id = stored.lineage_id
      returning lineage.id, lineage.edge_group_id, lineage.names
    ), ${followTwins(now)}, ${noteReplaced(now)}, ${endKeys(supersededKeys, now)}, left_line as (
      delete from queue using stored where queue.lineage_id = stored.lineage_id
    ), found as (
      delete from vault_look using stored where vault_look.lineage_id = stored.lineage_id
    ), ${areChecked ? looked : unchecked}, renewing as (
      insert into renewal (lineage_id, certificate_id, ca_id, ari_id, not_before, not_after, poll_at)
      select stored.lineage_id, stored.id, ca_id, ari_id, not_before, not_after, poll_at
      from stored join given on given.lineage_id = stored.lineage_id
      on conflict (lineage_id) do update set certificate_id = excluded.certificate_id, ca_id = excluded.ca_id,
        ari_id = excluded.ari_id, not_before = excluded.not_before, not_after = excluded.not_after,
        window_start = null, window_end = null, explanation_url = null, etag = null, urgent = false, failures = 0,
        poll_at = excluded.poll_at
    ), told as (
      insert into event (at, kind, lineage_id, edge_group_id, detail)
      select ${at}, 'certificate.imported', id, edge_group_id, ${toEdges} || ${found}::jsonb from current as lineage
    )
    select count(pg_notify('certmill_feed', edge_group_id::text)),
      (select count(pg_notify('certmill_work', 'line')) from twins)
    from (select distinct edge_group_id from current) as served`.execute(trx);
}

/** Needs a preceding `given`: of the certificates that were held until now. */
const supersededKeys = sql`
  select certificate.key_secret_id from given join lineage on lineage.id = given.lineage_id
    join certificate on certificate.id = lineage.certificate_id`;

/** Needs a preceding `stored`. No order waits for a check any more. */
const unchecked = sql`
    unchecked as (
      update lineage_check set wake_at = null, holds_order = false, watched = false, cleared = false, failing = 0,
        failing_since = null
      from stored where lineage_check.lineage_id = stored.lineage_id
    )`;

/** Needs preceding `stored` and `given`. What is served is looked at once a day, each at a time of its own. */
const looked = sql`
    looked as (
      insert into lineage_check (lineage_id, wake_at, rank)
      select stored.lineage_id, look_at, 2 from stored join given on given.lineage_id = stored.lineage_id
      on conflict (lineage_id) do update set wake_at = excluded.wake_at, rank = 2, holds_order = false, cleared = false,
        watched = false, failing = 0, failing_since = null, ordered_anyway_at = null, away_since = null
    )`;

function rowOf(imported: ImportedCertificate, now: Instant): object {
  const { lineageId, names, certificate, key, renewAt, caId, foreignAccount } = imported;
  const { serial, issuer, notBefore, notAfter, fingerprint, spki, chainPem, ariId } = certificate;
  const asked = caId !== null && ariId !== null;
  return {
    lineage_id: lineageId,
    ca_id: caId,
    foreign_account: foreignAccount,
    serial,
    issuer,
    names,
    not_before: timestamp(notBefore),
    not_after: timestamp(notAfter),
    fingerprint,
    spki,
    chain_pem: chainPem,
    ari_id: ariId,
    kek_id: key.kekId,
    wrapped_key: Buffer.from(key.wrappedKey).toString("base64"),
    ciphertext: Buffer.from(key.ciphertext).toString("base64"),
    renew_at: timestamp(renewAt),
    poll_at: asked ? timestamp(within(firstPolls, fingerprint, now)) : null,
    look_at: timestamp(within(lookEvery, fingerprint, now)),
  };
}

/** The certificate's own instant. */
const within = (time: Duration, fingerprint: string, now: Instant): Instant =>
  instant(now + Math.floor(time * stableFraction(fingerprint)));

/** Certificates that were imported before the account that they were issued to. */
export async function recogniseAccounts(
  trx: Db,
  known: readonly { readonly lineageId: string; readonly fingerprint: string; readonly caId: string }[],
  now: Instant,
): Promise<void> {
  if (known.length === 0) return;
  await sql`
    with given as (
      select * from unnest(
        ${known.map(({ lineageId }) => lineageId)}::bigint[], ${known.map(({ fingerprint }) => fingerprint)}::text[],
        ${known.map(({ caId }) => caId)}::bigint[]) as given (lineage_id, fingerprint, ca_id)
    ), recognised as (
      update certificate set ca_id = given.ca_id, foreign_account = false from given
      where certificate.lineage_id = given.lineage_id and certificate.fingerprint = given.fingerprint
        and certificate.foreign_account
      returning certificate.id, certificate.ca_id
    )
    update renewal set ca_id = recognised.ca_id,
      poll_at = case when ari_id is null then null else coalesce(poll_at, ${timestamp(now)}) end
    from recognised where renewal.certificate_id = recognised.id`.execute(trx);
}

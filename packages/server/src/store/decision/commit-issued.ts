/**
 * The transaction of a decision by which an issuance ends with a certificate. It takes the issuance, then its lineage; a removal
 * may have the lineage and wait for the issuance, hence the retries.
 */
import { type Instant, type LedgerChange, renewAt, spreadRenewal } from "@certmill/domain";
import { type RawBuilder, sql } from "kysely";
import type { ClaimedIssuance } from "../claim-issuances.ts";
import { type Db, timestamp } from "../database.ts";
import { endKeys } from "../key/key-ends.ts";
import { becomesState, stateAfter, unlessPaused, wakesUnlessPaused } from "../life-sql.ts";
import { noteReplaced } from "../replaced.ts";
import { retryDeadlock } from "../retry-deadlock.ts";
import { servedAtFirst } from "../served-sql.ts";
import { followTwins } from "../twins.ts";
import { unpublish } from "../unpublish.ts";
import { type Claim, held } from "./claim.ts";
import { noteLedger } from "./note-ledger.ts";
import { type TimelineEvent, tellEvents } from "./tell-events.ts";

export interface CertificateToStore {
  readonly serial: string;
  readonly issuer: string;
  readonly notBefore: Instant;
  readonly notAfter: Instant;
  readonly fingerprint: string;
  /** SHA-256 of the key's SubjectPublicKeyInfo, lower-case hex. */
  readonly spki: string;
  readonly chainPem: string;
  /** How renewal information names it (RFC 9773 section 4.1); null: it has no name there. */
  readonly ariId: string | null;
}

/**
 * Stores the certificate, makes it the lineage's current one, tells the edges, sets the renewal: as without advice of
 * the CA, which is asked for it.
 *
 * @returns the certificate's id, or null when the claim is no longer ours; nothing was stored.
 */
export async function commitIssued(
  db: Db,
  claim: Claim & Pick<ClaimedIssuance, "lineageId" | "renewalSpreadDays">,
  commit: {
    certificate: CertificateToStore;
    /** When its names are checked next; absent: they are not. */
    lookAt?: Instant;
    events: readonly TimelineEvent[];
    ledger: readonly LedgerChange[];
    now: Instant;
  },
): Promise<string | null> {
  const { certificate, lookAt = null, events, ledger, now } = commit;
  const at = timestamp(now);
  const renewal = timestamp(renewalOf(claim, certificate));
  const query = sql<{ id: string | null }>`
    with moved as (
      update issuance set state_kind = 'issued', state = '{"kind":"issued"}', wake_at = null, ended_at = ${at}
      where ${held(claim)} returning id, lineage_id, ca_id, names, key_secret_id
    ), stored as (
      insert into certificate (lineage_id, issuance_id, ca_id, serial, issuer, names, not_before, not_after,
        fingerprint, spki, chain_pem, key_secret_id, stored_at)
      select lineage_id, id, ca_id, ${certificate.serial}, ${certificate.issuer}, names,
        ${timestamp(certificate.notBefore)}, ${timestamp(certificate.notAfter)}, ${certificate.fingerprint}, ${certificate.spki},
        ${certificate.chainPem}, key_secret_id, ${at}
      from moved returning id, lineage_id
    ), current as (
      update lineage set ${becomesState(unlessPaused(stateAfter("issued")), now)}, certificate_id = stored.id, expires_at = ${timestamp(certificate.notAfter)},
        served_certificate_id = ${servedAtFirst}, failures = 0, failure_code = null,
        failing_since = null, unmended_since = null, suspects = '{}', failure_detail = null, avoid_ca_ids = '{}',
        all_names = nullif(all_names, lineage.names), rejoin_at = case when all_names <> lineage.names then rejoin_at end,
        wake_at = ${wakesUnlessPaused(sql`case when ${isOutdated} then ${at}::timestamptz else ${renewal}::timestamptz end`)},
        wanted_at = case when ${isOutdated} then ${at} else ${renewal}::timestamptz end
      from stored, moved where lineage.id = stored.lineage_id returning lineage.id, lineage.edge_group_id, moved.names
    ), ${followTwins(now)}, ${noteReplaced(now)}, ${endKeys(supersededKey, now)}, ${unpublish("moved", now)}, ${askForRenewal(certificate, now)}, ${lookAgain(lookAt)}, ${noteLedger(claim, ledger, now)}, ${tellEvents(events)}, ${tellAddedBack(now)}
    select (select id from stored) as id,
      (select count(pg_notify('certmill_feed', edge_group_id::text)) from current),
      (select count(pg_notify('certmill_work', 'line')) from twins)`;
  const { rows } = await retryDeadlock(() => query.execute(db));
  return rows[0]?.id ?? null;
}

/** Its names have changed while it was issued. Needs a preceding `moved`. */
const isOutdated = sql`lineage.names <> moved.names`;

const renewalOf = (
  { lineageId, renewalSpreadDays: spreadDays }: Pick<ClaimedIssuance, "lineageId" | "renewalSpreadDays">,
  { notBefore, notAfter }: CertificateToStore,
): Instant =>
  spreadDays === null
    ? renewAt(notBefore, notAfter)
    : spreadRenewal({ lineageId, notBefore, notAfter, spreadDays });

/** Needs a preceding `moved` and `stored (id, lineage_id)`. What was known of the one before is forgotten. */
const askForRenewal = (
  { ariId, notBefore, notAfter }: CertificateToStore,
  now: Instant,
): RawBuilder<unknown> =>
  ariId === null
    ? sql`renewing as (delete from renewal where lineage_id in (select lineage_id from moved))`
    : sql`renewing as (
        insert into renewal (lineage_id, certificate_id, ca_id, ari_id, not_before, not_after, poll_at)
        select stored.lineage_id, stored.id, moved.ca_id, ${ariId}, ${timestamp(notBefore)},
          ${timestamp(notAfter)}, ${timestamp(now)}
        from stored, moved
        on conflict (lineage_id) do update set certificate_id = excluded.certificate_id, ca_id = excluded.ca_id,
          ari_id = excluded.ari_id, not_before = excluded.not_before, not_after = excluded.not_after,
          window_start = null, window_end = null, explanation_url = null, etag = null, urgent = false, failures = 0,
          poll_at = excluded.poll_at
      )`;

/** Needs a preceding `moved`: the key of the certificate that was held until now. */
const supersededKey = sql`
  select before.key_secret_id from moved join lineage on lineage.id = moved.lineage_id
    join certificate before on before.id = lineage.certificate_id
  where before.key_secret_id <> moved.key_secret_id`;

/** Needs a preceding `moved`. Of names that had been left out, which are those the certificate in hand is without. */
const tellAddedBack = (now: Instant): RawBuilder<unknown> => sql`
  told_back as (
    insert into event (at, kind, lineage_id, issuance_id, detail)
    select ${timestamp(now)}, 'names.added-back', lineage.id, moved.id,
      jsonb_build_object('names', (select array_agg(name) from jsonb_object_keys(lineage.suspects) as name))
    from moved join lineage on lineage.id = moved.lineage_id
    where lineage.all_names = lineage.names
  )`;

/** Needs a preceding `moved`. What failed before is forgotten; names that were added go on waiting for their check. */
const lookAgain = (at: Instant | null): RawBuilder<unknown> =>
  at === null
    ? sql`looking as (select null where false)`
    : sql`looking as (
        insert into lineage_check (lineage_id, wake_at, rank) select lineage.id, ${timestamp(at)}, 2 from moved join lineage on lineage.id = moved.lineage_id and twin_of is null
        where not (lineage.rejoin_at is not null and exists (
          select 1 from lineage_check held where held.lineage_id = lineage.id and held.holds_order))
        on conflict (lineage_id) do update set wake_at = excluded.wake_at, rank = 2, holds_order = false, cleared = false,
          watched = false, failing = 0, failing_since = null, ordered_anyway_at = null, away_since = null
      )`;

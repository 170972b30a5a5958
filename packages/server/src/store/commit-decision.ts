/**
 * The transaction of a decision: state, wake-up, publications and events in one statement, refused as a
 * whole when another worker has claimed the issuance since (the fence), or when it was ended from outside.
 * An end takes the issuance, then its lineage; a removal may have the lineage and wait for the issuance, hence
 * the retries.
 */
import {
  after,
  type Duration,
  type EventKind,
  type FailureCode,
  failures,
  type Instant,
  type LedgerChange,
  type LiveState,
  type PendingChallenge,
  renewAt,
  type SplitPack,
  spreadRenewal,
} from "@certmill/domain";
import { type RawBuilder, sql } from "kysely";
import type { ClaimedIssuance } from "./claim-issuances.ts";
import { type Db, timestamp } from "./database.ts";
import { becomes, becomesState, stateAfter } from "./life-sql.ts";
import { noteReplaced } from "./replaced.ts";
import { retryDeadlock } from "./retry-deadlock.ts";
import type { LineageState } from "./schema/lineage.ts";
import type { Sealed } from "./secrets.ts";
import { intendRecords, unpublish } from "./unpublish.ts";
import { leaveOutNames } from "./write/leave-out-names.ts";
import { splitLineage } from "./write/split-lineage.ts";

/** An event of the timeline, in the order they happened. */
export interface TimelineEvent {
  readonly at: Instant;
  readonly kind: EventKind;
  readonly took: Duration | null;
  readonly detail: Readonly<Record<string, unknown>>;
}

export interface KeyToStore {
  /** One that is stored already is used again. */
  readonly secret:
    | { readonly kind: "new"; readonly sealed: Sealed }
    | { readonly kind: "stored"; readonly id: string };
  readonly csr: Uint8Array;
}

/** A challenge with what the responder is to answer. */
export interface Publication extends PendingChallenge {
  readonly keyAuthorization: string;
}

/** A record that is going to be written into the DNS. */
export interface RecordToWrite {
  readonly zone: string;
  readonly name: string;
  readonly text: string;
}

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

export interface LiveCommit {
  readonly state: LiveState;
  /** For the responder. */
  readonly publish: readonly Publication[];
  /** For the DNS. */
  readonly records: readonly RecordToWrite[];
  readonly key: KeyToStore | null;
  readonly events: readonly TimelineEvent[];
  readonly ledger: readonly LedgerChange[];
  readonly now: Instant;
  /** The lease that goes on while the next effect runs; null gives the issuance back until its `wakeAt`. */
  readonly lease: Duration | null;
}

type Claim = Pick<ClaimedIssuance, "id" | "fence" | "caId">;

const renewalOf = (
  { lineageId, renewalSpreadDays: spreadDays }: Pick<ClaimedIssuance, "lineageId" | "renewalSpreadDays">,
  { notBefore, notAfter }: CertificateToStore,
): Instant =>
  spreadDays === null
    ? renewAt(notBefore, notAfter)
    : spreadRenewal({ lineageId, notBefore, notAfter, spreadDays });

const held = (claim: Claim): RawBuilder<unknown> =>
  sql`id = ${claim.id} and fence = ${claim.fence} and ended_at is null`;

const eventRows = (events: readonly TimelineEvent[]): string =>
  JSON.stringify(
    events.map(({ at, kind, took, detail }) => ({ at: new Date(at).toISOString(), kind, took, detail })),
  );

/**
 * Needs a preceding `moved (id, lineage_id)`, which is empty when the commit is refused.
 *
 * @param unless an event of this kind is left out where the condition holds.
 */
const tell = (
  events: readonly TimelineEvent[],
  unless: { readonly kind: string; readonly when: RawBuilder<unknown> } | null = null,
): RawBuilder<unknown> => sql`
  told as (
    insert into event (at, kind, lineage_id, issuance_id, edge_group_id, duration_ms, detail)
    select step.at, step.kind, moved.lineage_id, moved.id,
      case when step.kind = 'certificate.stored' then lineage.edge_group_id end, step.took, step.detail
    from moved
      join lineage on lineage.id = moved.lineage_id,
      rows from (jsonb_to_recordset(${eventRows(events)}::jsonb) as (at timestamptz, kind text, took bigint, detail jsonb))
        with ordinality as step (at, kind, took, detail, place)
    ${unless === null ? sql`` : sql`where step.kind <> ${unless.kind} or not (${unless.when})`}
    order by step.place
  )`;

/** Needs a preceding `moved (id, …)`. */
const note = (claim: Claim, ledger: readonly LedgerChange[], now: Instant): RawBuilder<unknown> =>
  ledger.length === 0
    ? sql`noted as (select null where false)`
    : sql`noted as (
        insert into ledger_entry (ca_id, issuance_id, at, change)
        select ${claim.caId}, moved.id, ${timestamp(now)}, change
        from moved, jsonb_array_elements(${JSON.stringify(ledger)}::jsonb) as change
      )`;

const isAccepted = (rows: readonly { accepted: boolean }[]): boolean => rows[0]?.accepted === true;

/**
 * Stores a step of an issuance that goes on. The key and the CSR, when there are any, are durable with it:
 * before finalize is sent.
 *
 * @returns false when the claim is no longer ours; nothing was stored.
 */
export async function commitStep(db: Db, claim: Claim, commit: LiveCommit): Promise<boolean> {
  const { state, key, publish, now, lease } = commit;
  const wakeAt = lease === null ? state.wakeAt : after(now, lease);
  const orderUrl = state.kind === "planned" ? null : state.order.url;
  const secret = secretRow(claim, key);
  const published =
    publish.length === 0
      ? sql`published as (select null as token, null as key_authorization where false)`
      : sql`published as (
          insert into challenge_response (token, key_authorization, issuance_id, identifier, published_at)
          select p.token, p.key_authorization, moved.id, p.identifier, ${timestamp(now)}
          from moved, jsonb_to_recordset(${publicationRows(publish)}::jsonb)
            as p (token text, key_authorization text, identifier text)
          on conflict (token) do update set issuance_id = excluded.issuance_id, published_at = excluded.published_at
          returning token, key_authorization
        )`;
  const { rows } = await sql<{ accepted: boolean }>`
    with ${secret}, moved as (
      update issuance set state_kind = ${state.kind}, state = ${JSON.stringify(state)}::jsonb,
        order_url = ${orderUrl}, wake_at = ${timestamp(wakeAt)}
        ${key === null ? sql`` : sql`, key_secret_id = (select id from secret_row), csr = ${key.csr}`}
      where ${held(claim)} returning id, lineage_id
    ), ${published}, ${intendRecords(commit.records, now)}, ${note(claim, commit.ledger, now)}, ${tell(commit.events)}
    select exists (select 1 from moved) as accepted,
      (select count(pg_notify('certmill_challenge', token || ' ' || key_authorization)) from published)`.execute(
    db,
  );
  return isAccepted(rows);
}

/** `secret_row (id)`: the key's; a new one is stored. */
function secretRow(claim: Claim, key: KeyToStore | null): RawBuilder<unknown> {
  if (key === null) return sql`secret_row as (select null::bigint as id)`;
  if (key.secret.kind === "stored") return sql`secret_row as (select ${key.secret.id}::bigint as id)`;
  const { kekId, wrappedKey, ciphertext } = key.secret.sealed;
  return sql`secret_row as (
    insert into secret (kek_id, wrapped_key, ciphertext)
    select ${kekId}, ${wrappedKey}, ${ciphertext}
    where exists (select 1 from issuance where ${held(claim)})
    returning id
  )`;
}

const publicationRows = (publish: readonly Publication[]): string =>
  JSON.stringify(
    publish.map(({ token, keyAuthorization, identifier }) => ({
      token,
      key_authorization: keyAuthorization,
      identifier,
    })),
  );

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
      update lineage set ${becomes("issued", now)}, certificate_id = stored.id, failures = 0, failure_code = null,
        failing_since = null, unmended_since = null, suspects = '{}', failure_detail = null, avoid_ca_ids = '{}',
        all_names = nullif(all_names, lineage.names), rejoin_at = case when all_names <> lineage.names then rejoin_at end,
        wake_at = ${renewal}, wanted_at = ${renewal}
      from stored where lineage.id = stored.lineage_id returning lineage.id, lineage.edge_group_id
    ), ${noteReplaced(now)}, ${unpublish("moved", now)}, ${askForRenewal(certificate, now)}, ${lookAgain(lookAt)}, ${note(claim, ledger, now)}, ${tell(events)}, ${tellAddedBack(now)}
    select (select id from stored) as id,
      (select count(pg_notify('certmill_feed', edge_group_id::text)) from current)`;
  const { rows } = await retryDeadlock(() => query.execute(db));
  return rows[0]?.id ?? null;
}

/** Needs a preceding `moved`. Of names that had been left out, which are those the certificate in hand is without. */
const tellAddedBack = (now: Instant): RawBuilder<unknown> => sql`
  told_back as (
    insert into event (at, kind, lineage_id, issuance_id, detail)
    select ${timestamp(now)}, 'names.added-back', lineage.id, moved.id,
      jsonb_build_object('names', (select array_agg(name) from jsonb_object_keys(lineage.suspects) as name))
    from moved join lineage on lineage.id = moved.lineage_id
    where lineage.all_names = lineage.names
  )`;

/** Needs a preceding `moved`. What failed before is forgotten. */
const lookAgain = (at: Instant | null): RawBuilder<unknown> =>
  at === null
    ? sql`looking as (select null where false)`
    : sql`looking as (
        insert into lineage_check (lineage_id, wake_at, rank) select lineage_id, ${timestamp(at)}, 2 from moved
        on conflict (lineage_id) do update set wake_at = excluded.wake_at, rank = 2, holds_order = false, cleared = false,
          watched = false, failing = 0, failing_since = null, ordered_anyway_at = null, away_since = null
      )`;

/** Needs a preceding `moved`. What the customer has to put right is checked now, and from then on until it is right. */
const checkAgain = ({ areChecked, cause, now }: AbandonedCommit): RawBuilder<unknown> =>
  areChecked !== true || failures[cause].party !== "customer"
    ? sql`checking as (select null where false)`
    : sql`checking as (
        insert into lineage_check (lineage_id, wake_at, rank) select lineage_id, ${timestamp(now)}, 0 from moved
        on conflict (lineage_id) do update set wake_at = excluded.wake_at, rank = 0, holds_order = false
      )`;

/** With these an order that was never made says nothing of its names: it is no failure of theirs. */
const sayNothing: ReadonlySet<FailureCode> = new Set([
  "rate-limited",
  "ca-busy",
  "ca-unreachable",
  "request-pace",
  "ca-error",
]);

/** With these the CA says that it will not issue for the names, whoever asks: another may. */
const refusesNames: ReadonlySet<FailureCode> = new Set(["caa", "name-rejected", "name-paused"]);

/**
 * Ends an issuance without a certificate. The lineage keeps what it has and tries again at `retryAt`
 * (null: it is given up), or at another CA at once where this one will not issue for its names.
 *
 * @returns false when the claim is no longer ours; nothing was stored.
 */
export async function commitAbandoned(db: Db, claim: Claim, commit: AbandonedCommit): Promise<boolean> {
  const query = abandon(claim, commit);
  const { rows } = await retryDeadlock(() => query.execute(db));
  return isAccepted(rows);
}

/** The same where several share the certificate: those that failed go on by themselves, the rest without them. */
export async function commitSplit(
  db: Db,
  claim: Claim & Pick<ClaimedIssuance, "lineageId">,
  commit: AbandonedCommit & { readonly split: SplitPack },
): Promise<boolean> {
  return retryDeadlock(() =>
    db.transaction().execute(async (trx) => {
      const { rows } = await abandon(claim, commit).execute(trx);
      if (!isAccepted(rows)) return false;
      await splitLineage(trx, claim.lineageId, commit.split, commit.now);
      return true;
    }),
  );
}

/** The same where some names may be left out from now on, for which the others have waited long enough. */
export async function commitFailed(
  db: Db,
  claim: Claim & Pick<ClaimedIssuance, "lineageId">,
  commit: AbandonedCommit & { readonly failed: readonly string[]; readonly leaveOutAfter: number },
): Promise<boolean> {
  return retryDeadlock(() =>
    db.transaction().execute(async (trx) => {
      const { rows } = await abandon(claim, commit).execute(trx);
      if (!isAccepted(rows)) return false;
      await leaveOutNames(trx, claim.lineageId, commit);
      return true;
    }),
  );
}

export interface AbandonedCommit {
  readonly cause: FailureCode;
  readonly detail: string;
  readonly retryAt: Instant | null;
  /** Whether names are checked; absent: they are not. */
  readonly areChecked?: boolean;
  readonly events: readonly TimelineEvent[];
  readonly ledger: readonly LedgerChange[];
  readonly now: Instant;
}

function abandon(claim: Claim, commit: AbandonedCommit): RawBuilder<{ accepted: boolean }> {
  const { cause, detail, retryAt, events, ledger, now } = commit;
  const willNot = refusesNames.has(cause);
  const wakeAt = retryAt === null ? null : timestamp(retryAt);
  const state = JSON.stringify({ kind: "abandoned", cause, detail, retryAt });
  const rest = restOf(commit);
  const told = rest === null ? events : [...events, rest.told];
  const unmended = failures[cause].party === "customer";
  return sql<{ accepted: boolean }>`
    with moved as (
      update issuance set state_kind = 'abandoned', state = ${state}::jsonb, wake_at = null,
        ended_at = ${timestamp(now)}, failure_code = ${cause}, failure_detail = ${detail}
      where ${held(claim)} returning id, lineage_id, ca_id, order_url
    ), refused as (
      select moved.id, moved.lineage_id, moved.ca_id, exists (
        select 1 from ca join account on account.ca_id = ca.id
        where ca.id <> moved.ca_id and ca.id <> all(lineage.avoid_ca_ids) and not lineage.pinned
          and case when tenant.ca_ids is null then ca.weight > 0 else ca.id = any(tenant.ca_ids) end
      ) as has_another
      from moved join lineage on lineage.id = moved.lineage_id left join tenant on tenant.id = lineage.tenant_id
      where ${willNot}
    ), rested as (
      update lineage set ${becomesState(stateAfterFailure(rest?.event ?? null), now)},
        unmended_since = case when ${unmended} then coalesce(unmended_since, ${timestamp(now)}) else unmended_since end,
        failures = failures + case when ${sayNothing.has(cause)} and moved.order_url is null then 0 else 1 end, failure_code = ${cause}, failure_detail = ${detail},
        failing_since = coalesce(failing_since, ${timestamp(now)}),
        avoid_ca_ids = case when refused.id is null then avoid_ca_ids else array_append(avoid_ca_ids, refused.ca_id) end,
        wake_at = case when refused.has_another then ${timestamp(now)} else ${wakeAt}::timestamptz end
      from moved left join refused on refused.id = moved.id where lineage.id = moved.lineage_id
    ), ${unpublish("moved", now)}, ${checkAgain(commit)}, ${note(claim, ledger, now)}, ${tell(told, rest === null ? null : { kind: rest.told.kind, when: hasAnother })}
    select exists (select 1 from moved) as accepted`;
}

/** Needs a preceding `refused`. */
const hasAnother = sql<boolean>`exists (select 1 from refused where has_another)`;

const stateAfterFailure = (event: "paused-by-ca" | "gave-up" | null): RawBuilder<LineageState> =>
  event === null
    ? stateAfter("attempt-failed")
    : sql`case when ${hasAnother} then ${stateAfter("attempt-failed")} else ${stateAfter(event)} end`;

/** Where no further try is made by itself, unless another CA may have it: null: one is. */
function restOf({ cause, detail, retryAt, now }: AbandonedCommit) {
  if (retryAt !== null) return null;
  const event = cause === "name-paused" ? "paused-by-ca" : "gave-up";
  const kind = event === "paused-by-ca" ? "domain.paused" : "domain.given-up";
  return { event, told: { at: now, kind, took: null, detail: { code: cause, detail } } } as const;
}

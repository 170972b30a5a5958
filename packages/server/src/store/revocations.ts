/**
 * Certificates that are to be revoked, by due time. The lease's end is the fence, as for renewal information: a process
 * that comes late finds another instant in its place, and stores nothing.
 */
import { days, type Instant, instant, minutes, type RevocationReason, seconds } from "@certmill/domain";
import { type RawBuilder, sql } from "kysely";
import { type Db, timestamp } from "./database.ts";
import { retryDeadlock } from "./retry-deadlock.ts";
import type { Sealed } from "./secrets.ts";
import { refuseKey } from "./write/refuse-key.ts";

export interface ClaimedRevocation {
  readonly certificateId: string;
  readonly lineageId: string;
  readonly caId: string;
  readonly serial: string;
  readonly reason: RevocationReason;
  readonly chainPem: string;
  /** The certificate's; null: it was destroyed. */
  readonly key: Sealed | null;
  readonly failures: number;
}

/** An edge that has been silent for so long is not waited for: it may be gone for good. */
const silentFor = days(1);
const shortestWait = seconds(15);
const longestWait = minutes(15);

/**
 * Looks at up to `limit` whose successors were not served everywhere yet. A successor is served when it is the one to be
 * served, and every edge that has told of this domain, and is there, has told of it. Index: `revocation_due`.
 *
 * @returns how many were looked at.
 */
export async function releaseServed(db: Db, limit: number, now: Instant): Promise<number> {
  const at = timestamp(now);
  const query = sql<{ count: string }>`
    with looked as materialized (
      select certificate_id from revocation where state = 'waiting' and wake_at <= ${at}
      order by wake_at limit ${limit} for update skip locked
    ), judged as (
      select looked.certificate_id, lineage.state = 'removed' or (
          lineage.certificate_id <> looked.certificate_id and not exists (
            select 1 from delivery join edge on edge.id = delivery.edge_id
            where delivery.lineage_id = lineage.id and edge.edge_group_id = lineage.edge_group_id
              and edge.last_seen_at > ${timestamp(instant(now - silentFor))}
              and (delivery.certificate_id <> lineage.certificate_id or delivery.error is not null))) as is_served
      from looked join certificate on certificate.id = looked.certificate_id
        join lineage on lineage.id = certificate.lineage_id
    ), moved as (
      update revocation set state = case when is_served then 'due' else 'waiting' end,
        wake_at = case when is_served then ${at}::timestamptz
          else ${at}::timestamptz + least(greatest((${at}::timestamptz - requested_at) / 4,
            ${shortestWait} * interval '1 millisecond'), ${longestWait} * interval '1 millisecond') end
      from judged where revocation.certificate_id = judged.certificate_id
    )
    select count(*) from looked`;
  const { rows } = await retryDeadlock(() => query.execute(db));
  return Number(rows[0]?.count ?? 0);
}

interface Row {
  certificate_id: string;
  lineage_id: string;
  ca_id: string;
  serial: string;
  reason: RevocationReason;
  chain_pem: string;
  failures: number;
  kek_id: string | null;
  wrapped_key: Uint8Array | null;
  ciphertext: Uint8Array | null;
}

/** Takes up to `limit` that the CA is to be told of; a row being taken elsewhere is skipped. Index: `revocation_due`. */
export async function claimRevocations(
  db: Db,
  request: { readonly limit: number; readonly leaseEnd: Instant; readonly now: Instant },
): Promise<readonly ClaimedRevocation[]> {
  const { limit, leaseEnd, now } = request;
  const { rows } = await sql<Row>`
    with due as materialized (
      select certificate_id from revocation where state = 'due' and wake_at <= ${timestamp(now)}
      order by wake_at limit ${limit} for update skip locked
    ), claimed as (
      update revocation set wake_at = ${timestamp(leaseEnd)} from due
      where revocation.certificate_id = due.certificate_id
      returning revocation.certificate_id, revocation.ca_id, revocation.reason, revocation.failures
    )
    select claimed.*, certificate.lineage_id, certificate.serial, certificate.chain_pem,
      secret.kek_id, secret.wrapped_key, secret.ciphertext
    from claimed join certificate on certificate.id = claimed.certificate_id
      left join secret on secret.id = certificate.key_secret_id
    order by claimed.certificate_id`.execute(db);
  return rows.map(({ kek_id: kekId, wrapped_key: wrappedKey, ciphertext, ...row }) => ({
    certificateId: row.certificate_id,
    lineageId: row.lineage_id,
    caId: row.ca_id,
    serial: row.serial,
    reason: row.reason,
    chainPem: row.chain_pem,
    failures: row.failures,
    key:
      kekId === null || wrappedKey === null || ciphertext === null ? null : { kekId, wrappedKey, ciphertext },
  }));
}

export type RevocationEnd =
  | { readonly kind: "revoked" }
  /** It is tried again; `detail` null: it was not tried. */
  | { readonly kind: "later"; readonly retryAt: Instant; readonly detail: string | null }
  /** The CA will not. */
  | { readonly kind: "failed"; readonly detail: string };

/**
 * Stores how it went. A certificate that is still the one to be served is replaced at once, as an emergency.
 *
 * @returns false when the claim is no longer ours; nothing was stored.
 */
export async function storeRevocation(
  db: Db,
  revocation: ClaimedRevocation,
  commit: { readonly end: RevocationEnd; readonly leaseEnd: Instant; readonly now: Instant },
): Promise<boolean> {
  const { end, leaseEnd, now } = commit;
  const at = timestamp(now);
  const { certificateId: id, serial, reason } = revocation;
  const held = sql`certificate_id = ${id} and wake_at = ${timestamp(leaseEnd)}`;
  if (end.kind === "later") {
    const { rows } = await sql`
      update revocation set wake_at = ${timestamp(end.retryAt)}, failure_detail = coalesce(${end.detail}, failure_detail),
        failures = failures + case when ${end.detail}::text is null then 0 else 1 end
      where ${held} returning 1`.execute(db);
    return rows.length > 0;
  }
  const failure = end.kind === "failed" ? end.detail : null;
  const query = sql<{ stored: boolean }>`
    with ended as (
      update revocation set state = ${end.kind}, ended_at = ${at}, wake_at = null, failure_detail = ${failure},
        failures = failures + case when ${failure}::text is null then 0 else 1 end
      where ${held} returning certificate_id
    ), revoked as (
      update certificate set revoked_at = coalesce(revoked_at, ${at}), revocation_reason = coalesce(revocation_reason, ${reason})
      from ended where certificate.id = ended.certificate_id and ${end.kind === "revoked"}
      returning certificate.id, certificate.lineage_id
    ), due as (
      update lineage set wake_at = ${at}, wanted_at = ${at} from revoked
      where lineage.id = revoked.lineage_id and lineage.certificate_id = revoked.id
        and lineage.state not in ('removed', 'moved', 'paused') and (lineage.wake_at is null or lineage.wake_at > ${at})
        and not exists (select 1 from issuance where issuance.lineage_id = lineage.id and ended_at is null)
    ), told as (
      insert into event (at, kind, lineage_id, detail)
      select ${at}, ${end.kind === "revoked" ? "certificate.revoked" : "certificate.revocation-failed"},
        ${revocation.lineageId}::bigint,
        jsonb_strip_nulls(jsonb_build_object('serial', ${serial}::text, 'reason', ${reason}::text, 'detail', ${failure}::text))
      from ended
    ), ${refuseKey(compromised(end, reason), now)}
    select exists (select 1 from ended) as stored`;
  const { rows } = await retryDeadlock(() => query.execute(db));
  return rows[0]?.stored === true;
}

/** Needs a preceding `revoked (id, lineage_id)`. Once a CA is told so, it takes the key from nobody. */
const compromised = ({ kind }: RevocationEnd, reason: RevocationReason): RawBuilder<unknown> =>
  kind === "revoked" && reason === "keyCompromise"
    ? sql`select certificate.spki, revoked.lineage_id from revoked join certificate on certificate.id = revoked.id`
    : sql`select null::text, null::bigint where false`;

/** When the next is to be looked at, the past included; null: none is. Index: `revocation_due`. */
export async function nextRevocationAt(db: Db): Promise<Instant | null> {
  const { rows } = await sql<{ at: Instant | null }>`
    select min(wake_at) as at from revocation where wake_at is not null`.execute(db);
  return rows[0]?.at ?? null;
}

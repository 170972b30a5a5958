import type { Instant, RevocationReason } from "@certmill/domain";
import { sql } from "kysely";
import { type Db, timestamp } from "../database.ts";
import { withTwins } from "../twins.ts";

export interface RevocationRequest {
  readonly reason: RevocationReason;
  /** `served`: only what has a successor, and not before that is served. `now`: whatever is served. */
  readonly when: "served" | "now";
  /** The token that asked or the person, by name. */
  readonly who: string;
  readonly now: Instant;
}

export interface RequestedRevocations {
  /** To be revoked from now on, or before. */
  readonly accepted: readonly string[];
  readonly alreadyRevoked: readonly string[];
  /** The certificates to be served: nothing is done for them. */
  readonly inUse: readonly string[];
}

/** What the certificates with these serial numbers are to revocation. Index: `certificate_by_serial`. */
export async function judgeSerials(
  db: Db,
  serials: readonly string[],
  when: RevocationRequest["when"],
): Promise<RequestedRevocations> {
  const { rows } = await sql<{ serial: string; kind: keyof RequestedRevocations }>`
    select serial, case when bool_or(kind = 'inUse') then 'inUse' when bool_or(kind = 'accepted') then 'accepted'
      else 'alreadyRevoked' end as kind
    from (
      select certificate.serial, case when certificate.revoked_at is not null then 'alreadyRevoked'
        when ${when === "served"} and lineage.certificate_id = certificate.id and lineage.state <> 'removed' then 'inUse'
        else 'accepted' end as kind
      from certificate join lineage on lineage.id = certificate.lineage_id
      where certificate.serial = any(${[...serials]}::text[])
    ) judged group by serial`.execute(db);
  const of = (kind: keyof RequestedRevocations) =>
    rows.filter((row) => row.kind === kind).map(({ serial }) => serial);
  return { accepted: of("accepted"), alreadyRevoked: of("alreadyRevoked"), inUse: of("inUse") };
}

/** Has them revoked; what is under way goes on, what has failed is tried again. */
export const requestSerials = (trx: Db, serials: readonly string[], request: RevocationRequest) =>
  insertRevocations(
    trx,
    sql`certificate.serial = any(${[...serials]}::text[]) and (${request.when === "now"}
      or lineage.certificate_id is distinct from certificate.id or lineage.state = 'removed')`,
    { ...request, replacementId: null },
  );

/** The same for what a mass replacement has replaced. @returns how many. Index: `replacement_item_replaced`. */
export const requestReplaced = (trx: Db, replacementId: string, request: RevocationRequest) =>
  insertRevocations(
    trx,
    sql`certificate.id in (select certificate_id from replacement_item
        where replacement_id = ${replacementId} and replaced_at is not null)
      and (${request.when === "now"} or lineage.certificate_id is distinct from certificate.id)`,
    { ...request, replacementId },
  );

/** The same for all of a lineage's and its twins' that have not ended. */
export const requestLineage = (trx: Db, lineageId: string, request: RevocationRequest) =>
  insertRevocations(
    trx,
    sql`certificate.lineage_id = ${withTwins(lineageId)} and certificate.not_after > ${timestamp(request.now)}`,
    { ...request, replacementId: null },
  );

async function insertRevocations(
  trx: Db,
  which: ReturnType<typeof sql>,
  request: RevocationRequest & { readonly replacementId: string | null },
): Promise<number> {
  const { reason, when, who, replacementId, now } = request;
  const at = timestamp(now);
  const { rows } = await sql<{ count: string }>`
    with requested as (
      insert into revocation (certificate_id, ca_id, reason, state, replacement_id, requested_by, requested_at, wake_at)
      select certificate.id, certificate.ca_id, ${reason}, ${when === "now" ? "due" : "waiting"}, ${replacementId}, ${who},
        ${at}, ${at}
      from certificate join lineage on lineage.id = certificate.lineage_id
      where ${which} and certificate.revoked_at is null and certificate.ca_id is not null
      order by certificate.id
      on conflict (certificate_id) do update set reason = excluded.reason, state = excluded.state,
        requested_by = excluded.requested_by, requested_at = excluded.requested_at, failures = 0, failure_detail = null,
        ended_at = null, wake_at = excluded.wake_at
        where revocation.state = 'failed' or (revocation.state = 'waiting' and excluded.state = 'due')
      returning 1
    )
    select count(*), count(pg_notify('certmill_work', '')) from (select 1 from requested limit 1) any_of`.execute(
    trx,
  );
  return Number(rows[0]?.count ?? 0);
}

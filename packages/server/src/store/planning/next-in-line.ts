import {
  type Bucket,
  type BucketName,
  bucketsFor,
  type CaForPlanning,
  type FailureCode,
  type Instant,
  instant,
  type Limit,
  patientUntil,
  sameSetWindow,
  type WaitingLineage,
  type WorkClass,
} from "@certmill/domain";
import { sql } from "kysely";
import { type Db, timestamp } from "../database.ts";
import { homeCaId } from "../home-ca.ts";
import type { KeyType } from "../schema/key.ts";

/** A line of lineages that may go to the same CAs. */
export interface Lane {
  readonly id: string;
  readonly workClass: WorkClass;
  readonly campaignId: string | null;
  /** What its campaign may begin; null: as much as the CAs allow. */
  ceiling: { readonly limit: Limit; bucket: Bucket } | null;
}

export interface Candidate extends WaitingLineage {
  readonly laneId: string;
  readonly turn: number;
  readonly keyType: KeyType;
  readonly hasCertificate: boolean;
  /** Whose orders these are, for the account of who spent the budget. */
  readonly spender: string;
  /** The span of the request that asked for the certificate, as a W3C traceparent; null: nobody told one. */
  readonly askedTrace: string | null;
}

interface Row {
  lineage_id: string;
  lane_id: string;
  turn: number;
  names: string[];
  key_type: KeyType;
  profile: string | null;
  certificate_id: string | null;
  class: WorkClass;
  ca_ids: string[] | null;
  avoid_ca_ids: string[];
  previous: string | null;
  same_set_at: string[];
  window_ca: string | null;
  window_start: Instant | null;
  window_end: Instant | null;
  /** Of the certificate that it has. */
  not_before: Instant | null;
  not_after: Instant | null;
  campaign_id: string | null;
  /** Of a twin's first order: the campaign that the other's was of. */
  twin_campaign_id: string | null;
  tenant_id: string | null;
  asked_trace: string | null;
}

/** After these the CA has our order as failed: another may name the same certificate as the one it replaces. */
const failedAtTheCa: readonly FailureCode[] = [
  "dns",
  "connection",
  "tls",
  "wrong-response",
  "caa",
  "order-invalid",
  "order-gone",
];

/**
 * Who is next in these lanes, by turn. Index: `queue_next`, once for each lane.
 *
 * @param request.except those that this round has decided on already.
 */
export async function nextInLine(
  trx: Db,
  request: {
    readonly lanes: readonly Lane[];
    readonly except: readonly string[];
    readonly limit: number;
    readonly now: Instant;
  },
): Promise<readonly Candidate[]> {
  const { lanes, except, limit, now } = request;
  const most = sql.lit(powerOfTwoFrom(limit));
  const since = timestamp(instant(now - sameSetWindow));
  const { rows } = await sql<Row>`
    with line as (
      select lane.id as lane_id, lane.class, lane.ca_ids, lane.campaign_id, first.lineage_id, first.turn
      from lane, lateral (
        select lineage_id, turn from queue
        where lane_id = lane.id and parked_until is null and lineage_id <> all(${[...except]}::bigint[])
        order by turn limit ${most}
      ) first
      where lane.id = any(${lanes.map(({ id }) => id)}::bigint[])
      order by first.turn limit ${most}
    )
    select line.*, lineage.names, lineage.key_type, lineage.profile, lineage.certificate_id, lineage.avoid_ca_ids,
      lineage.tenant_id, lineage.asked_trace, case when lineage.certificate_id is null then main.campaign_id end as twin_campaign_id,
      coalesce(held.ca_id, main.ca_id) as previous,
      array(
        select distinct ${homeCaId} from certificate join ca on ca.id = certificate.ca_id
        where coalesce(lineage.certificate_id, lineage.twin_of) is not null
          and certificate.lineage_id in (lineage.id, lineage.twin_of)
          and certificate.names = lineage.names
          and case when issuance_id is null then certificate.not_before else certificate.stored_at end > ${since}
      ) as same_set_at,
      renewal.ca_id as window_ca, renewal.window_start, renewal.window_end,
      held.not_before, held.not_after
    from line join lineage on lineage.id = line.lineage_id
      left join lineage main on main.id = lineage.twin_of
      left join certificate held on held.id = lineage.certificate_id
      left join renewal on renewal.lineage_id = lineage.id and renewal.certificate_id = held.id
        and renewal.ari_id is not null and held.names && lineage.names and not held.foreign_account
        and not exists (
          select 1 from issuance where issuance.lineage_id = lineage.id
            and issuance.id > coalesce(held.issuance_id, 0)
            and order_url is not null and replaces = renewal.ari_id
            and (failure_code is null or failure_code <> all(${[...failedAtTheCa]}::text[])))
    order by line.turn`.execute(trx);
  return rows.slice(0, limit).map(candidateOf);
}

/**
 * A limit that stands in the text, so that PostgreSQL knows it when it plans the prepared statement once for all: of one
 * that comes as a value it expects a tenth of the line, and plans each time anew, which takes longer than the reading. There
 * are few such numbers, and so few texts.
 */
const powerOfTwoFrom = (limit: number): number => 2 ** Math.ceil(Math.log2(limit));

const candidateOf = (row: Row): Candidate => ({
  lineageId: row.lineage_id,
  laneId: row.lane_id,
  turn: row.turn,
  names: row.names,
  keyType: row.key_type,
  profile: row.profile,
  hasCertificate: row.certificate_id !== null,
  workClass: row.class,
  allowed: row.ca_ids,
  avoid: row.avoid_ca_ids,
  previous: row.previous,
  sameSetAt: row.same_set_at,
  successor: successorOf(row),
  patientUntil: patienceOf(row),
  spender:
    (row.campaign_id ?? row.twin_campaign_id) !== null
      ? `campaign ${row.campaign_id ?? row.twin_campaign_id}`
      : row.tenant_id !== null
        ? `tenant ${row.tenant_id}`
        : "",
  askedTrace: row.asked_trace,
});

const successorOf = ({
  window_ca: caId,
  window_start: start,
  window_end: end,
}: Row): Candidate["successor"] =>
  caId === null || start === null || end === null ? null : { caId, window: { start, end } };

const patienceOf = ({ not_before: notBefore, not_after: notAfter }: Row): Instant | null =>
  notBefore === null || notAfter === null ? null : patientUntil({ notBefore, notAfter });

/** The buckets that planning for these lineages may look at. */
export const bucketsOfLine = (
  cas: readonly CaForPlanning[],
  line: readonly Candidate[],
  now: Instant,
): (BucketName & { readonly caId: string })[] =>
  cas.flatMap((ca) =>
    line.flatMap((candidate) => bucketsFor(ca, candidate, now).map((bucket) => ({ caId: ca.id, ...bucket }))),
  );

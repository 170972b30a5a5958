import { type Duration, type Instant, milliseconds } from "@certmill/domain";
import { sql } from "kysely";
import { type Db, timestamp } from "../database.ts";
import { retryDeadlock } from "../retry-deadlock.ts";
import { isAlive, isUndelivered, needed, servedNow } from "../served-sql.ts";

/** An edge's word on one lineage's certificate. */
export interface Receipt {
  readonly lineageId: string;
  readonly certificateId: string;
  readonly servedAt: Instant;
  readonly error: string | null;
}

export interface RecordedReceipt {
  readonly error: string | null;
  readonly edgeGroup: string;
  /** From the certificate's storing to its being served. */
  readonly took: Duration;
  /** Set where with this receipt enough of the group's edges serve the certificate. */
  readonly served: {
    /** From its CA's having issued it; null: it was imported. */
    readonly sinceIssued: Duration | null;
    /** The root span of its issuance, as a W3C traceparent; null: it is not traced. */
    readonly trace: string | null;
    readonly storedAt: Instant;
    readonly servedAt: Instant;
  } | null;
}

/**
 * Records what an edge says it serves, with an event for each receipt that tells something new, and one for each certificate
 * that with it is served as its group's rule wants. A receipt of an older certificate than the one recorded comes late and
 * changes nothing; one for a lineage or a certificate that is not the edge group's is passed over.
 *
 * An edge's clock may be wrong: a time of serving is taken as between the certificate's storing and now.
 */
export async function recordReceipts(
  db: Db,
  said: {
    readonly edgeGroupId: string;
    readonly edge: { readonly id: string; readonly name: string };
    readonly receipts: readonly Receipt[];
    readonly now: Instant;
  },
): Promise<RecordedReceipt[]> {
  const { edgeGroupId, edge, receipts, now } = said;
  const at = timestamp(now);
  const record = sql<RecordedRow>`
    with rule as (
      select edge_group.name as edge_group, served_when, count(*) as alive, ${needed} as needed
      from edge_group join edge on edge.edge_group_id = edge_group.id
      where edge_group.id = ${edgeGroupId} and (edge.id = ${edge.id} or ${isAlive(now)}) group by edge_group.id
    ), said as (
      select said.*, certificate.stored_at, certificate.issuance_id,
        greatest(certificate.stored_at, least(said.served_at, ${at}::timestamptz)) as true_served_at
      from jsonb_to_recordset(${receiptRows(receipts)}::jsonb)
        as said (lineage_id bigint, certificate_id bigint, served_at timestamptz, error text)
        join lineage on lineage.id = said.lineage_id and lineage.edge_group_id = ${edgeGroupId}
        join certificate on certificate.id = said.certificate_id and certificate.lineage_id = lineage.id
      where exists (select from edge where edge.id = ${edge.id})
    ), recorded as (
      insert into delivery (edge_id, lineage_id, certificate_id, received_at, error)
      select ${edge.id}, lineage_id, certificate_id, ${at}, error from said order by lineage_id
      on conflict (edge_id, lineage_id) do update
        set certificate_id = excluded.certificate_id, received_at = excluded.received_at, error = excluded.error
        where excluded.certificate_id > delivery.certificate_id
          or excluded.certificate_id = delivery.certificate_id and excluded.error is distinct from delivery.error
      returning lineage_id
    ), timed as (
      select said.*, (extract(epoch from true_served_at - stored_at) * 1000)::bigint as took
      from said join recorded using (lineage_id)
    ), told as (
      insert into event (at, kind, lineage_id, duration_ms, detail)
      select ${at}, case when error is null then 'delivered' else 'delivery.failed' end, lineage_id,
        case when error is null then took end,
        jsonb_build_object('edge', ${edge.name}::text, 'certificateId', certificate_id::text, 'error', error)
      from timed
    ), served as (
      update lineage set ${servedNow(now)} from timed, rule
      where lineage.id = timed.lineage_id and lineage.certificate_id = timed.certificate_id and timed.error is null
        and ${isUndelivered}
        and case when rule.needed = 1 then true else rule.needed <= 1 + (
          select count(*) from delivery join edge on edge.id = delivery.edge_id
          where delivery.lineage_id = lineage.id and delivery.certificate_id = lineage.certificate_id
            and delivery.error is null and delivery.edge_id <> ${edge.id} and ${isAlive(now)}
        ) end
      returning lineage.id as lineage_id
    ), told_served as (
      insert into event (at, kind, lineage_id, duration_ms, detail)
      select ${at}, 'certificate.served', lineage_id, took,
        jsonb_build_object('certificateId', certificate_id::text, 'rule', served_when, 'edges', alive)
      from timed join served using (lineage_id), rule
    )
    select error, took, rule.edge_group, served.lineage_id is not null as is_served, stored_at, true_served_at,
      (select trace from issuance where id = timed.issuance_id) as trace,
      (select extract(epoch from true_served_at - max(event.at)) * 1000 from event
        where event.lineage_id = served.lineage_id and event.issuance_id = timed.issuance_id and kind = 'finalized'
      )::bigint as since_issued
    from timed left join served using (lineage_id), rule`;
  const { rows } = await retryDeadlock(() =>
    db.transaction().execute(async (trx) => {
      await holdUndelivered(trx, edgeGroupId, receipts);
      return record.execute(trx);
    }),
  );
  return rows.map(presentRow);
}

/**
 * Two edges may send what together fulfils the rule at the same time: the second waits here, so that it sees the receipts
 * of the first. In the order of their ids, so that no two wait for each other. Index: the id's.
 */
async function holdUndelivered(trx: Db, edgeGroupId: string, receipts: readonly Receipt[]): Promise<void> {
  const ids = receipts.map(({ lineageId }) => lineageId);
  await sql`
    select from lineage where id = any(${ids}::bigint[]) and edge_group_id = ${edgeGroupId} and ${isUndelivered}
    order by id for no key update`.execute(trx);
}

interface RecordedRow {
  readonly error: string | null;
  readonly took: string;
  readonly edge_group: string;
  readonly is_served: boolean;
  readonly stored_at: Instant;
  readonly true_served_at: Instant;
  readonly trace: string | null;
  readonly since_issued: string | null;
}

const presentRow = ({ error, edge_group, took, is_served, ...row }: RecordedRow): RecordedReceipt => ({
  error,
  edgeGroup: edge_group,
  took: milliseconds(Number(took)),
  served: is_served
    ? {
        sinceIssued: row.since_issued === null ? null : milliseconds(Math.max(0, Number(row.since_issued))),
        trace: row.trace,
        storedAt: row.stored_at,
        servedAt: row.true_served_at,
      }
    : null,
});

/** As JSON rows, the last one of each lineage: one statement can change a row only once. */
function receiptRows(receipts: readonly Receipt[]): string {
  const last = new Map(receipts.map((receipt) => [receipt.lineageId, receipt]));
  return JSON.stringify(
    [...last.values()].map(({ lineageId, certificateId, servedAt, error }) => ({
      lineage_id: lineageId,
      certificate_id: certificateId,
      served_at: new Date(servedAt).toISOString(),
      error,
    })),
  );
}

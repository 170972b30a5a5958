import { type Duration, type Instant, milliseconds } from "@certmill/domain";
import { sql } from "kysely";
import { type Db, timestamp } from "../database.ts";

/** An edge's word on one lineage's certificate. */
export interface Receipt {
  readonly lineageId: string;
  readonly certificateId: string;
  readonly servedAt: Instant;
  readonly error: string | null;
}

export interface RecordedReceipt {
  readonly error: string | null;
  /** From the certificate's storing to its being served. */
  readonly took: Duration;
}

/** Notes that an edge was heard of. @returns its id. */
export async function seeEdge(
  db: Db,
  edge: { readonly edgeGroupId: string; readonly name: string; readonly now: Instant },
): Promise<string> {
  const at = timestamp(edge.now);
  const row = await db
    .insertInto("edge")
    .values({ edge_group_id: edge.edgeGroupId, name: edge.name, last_seen_at: at })
    .onConflict((conflict) => conflict.columns(["edge_group_id", "name"]).doUpdateSet({ last_seen_at: at }))
    .returning("id")
    .executeTakeFirstOrThrow();
  return row.id;
}

/**
 * Records what an edge says it serves, with an event for each receipt that tells something new. A receipt of
 * an older certificate than the one recorded comes late and changes nothing; one for a lineage or a
 * certificate that is not the edge group's is passed over.
 *
 * An edge's clock may be wrong: a time of serving is taken as between the certificate's storing and now.
 */
export async function recordReceipts(
  db: Db,
  said: {
    readonly edgeGroupId: string;
    readonly edge: string;
    readonly receipts: readonly Receipt[];
    readonly now: Instant;
  },
): Promise<RecordedReceipt[]> {
  const { edgeGroupId, edge, receipts, now } = said;
  return db.transaction().execute(async (trx) => {
    const edgeId = await seeEdge(trx, { edgeGroupId, name: edge, now });
    const { rows } = await sql<{ error: string | null; took: string }>`
      with said as (
        select said.*, certificate.stored_at,
          greatest(certificate.stored_at, least(said.served_at, ${timestamp(now)}::timestamptz)) as true_served_at
        from jsonb_to_recordset(${receiptRows(receipts)}::jsonb)
          as said (lineage_id bigint, certificate_id bigint, served_at timestamptz, error text)
          join lineage on lineage.id = said.lineage_id and lineage.edge_group_id = ${edgeGroupId}
          join certificate on certificate.id = said.certificate_id and certificate.lineage_id = lineage.id
      ), recorded as (
        insert into delivery (edge_id, lineage_id, certificate_id, received_at, error)
        select ${edgeId}, lineage_id, certificate_id, ${timestamp(now)}, error from said order by lineage_id
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
        select ${timestamp(now)}, case when error is null then 'delivered' else 'delivery.failed' end, lineage_id,
          case when error is null then took end,
          jsonb_build_object('edge', ${edge}::text, 'certificateId', certificate_id::text, 'error', error)
        from timed
      )
      select error, took from timed`.execute(trx);
    return rows.map(({ error, took }) => ({ error, took: milliseconds(Number(took)) }));
  });
}

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

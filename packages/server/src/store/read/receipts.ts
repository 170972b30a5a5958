/** What edges said of a lineage's certificates, and what came after each of these. */
import type { Instant } from "@certmill/domain";
import { sql } from "kysely";
import type { Db } from "../database.ts";

export interface ReceiptRow {
  readonly certificate_id: string;
  readonly edge: string;
  readonly at: Instant;
  readonly error: string | null;
}

/** Events looked at: a thousand edges and a few certificates. */
const mostLooked = 10_000;
const mostShown = 1_000;

/** The newest word of each edge on each of these certificates, by the edges' names. Index: `event_by_lineage`. */
export async function listReceipts(
  db: Db,
  lineageId: string,
  certificateIds: readonly string[],
): Promise<readonly ReceiptRow[]> {
  const { rows } = await sql<ReceiptRow>`
    with told as (
      select id, at, detail from event
      where lineage_id = ${lineageId} and kind in ('delivered', 'delivery.failed')
        and detail ->> 'certificateId' = any(${[...certificateIds]}::text[])
      order by id desc limit ${sql.lit(mostLooked)}
    )
    select distinct on (certificate_id, edge) certificate_id, edge, at, error
    from (
      select id, at, detail ->> 'certificateId' as certificate_id, detail ->> 'edge' as edge, detail ->> 'error' as error
      from told
    ) receipt order by certificate_id, edge, id desc limit ${sql.lit(mostShown)}`.execute(db);
  return rows;
}

/** When the next certificate of the lineage was stored, by the id of each of these that has one. Index: `certificate_by_lineage`. */
export async function readSuccessions(
  db: Db,
  lineageId: string,
  certificateIds: readonly string[],
): Promise<ReadonlyMap<string, Instant>> {
  const { rows } = await sql<{ id: string; superseded_at: Instant }>`
    select each.id, next.stored_at as superseded_at
    from unnest(${[...certificateIds]}::bigint[]) as each (id) cross join lateral (
      select stored_at from certificate where lineage_id = ${lineageId} and certificate.id > each.id
      order by certificate.id limit 1
    ) next`.execute(db);
  return new Map(rows.map(({ id, superseded_at }) => [id, superseded_at]));
}

import type { Instant } from "@certmill/domain";
import { sql } from "kysely";
import type { Db } from "../database.ts";
import type { LineageState } from "../schema/lineage.ts";

/** The RSA half of a pair, as it stands. */
export interface TwinRow {
  readonly id: string;
  readonly state: LineageState;
  readonly failure_code: string | null;
  readonly failure_detail: string | null;
  readonly wake_at: Instant | null;
  readonly certificate_id: string | null;
  readonly serial: string | null;
  readonly issuer: string | null;
  readonly not_before: Instant | null;
  readonly not_after: Instant | null;
  readonly window_start: Instant | null;
  readonly window_end: Instant | null;
  readonly explanation_url: string | null;
  readonly urgent: boolean | null;
  readonly poll_at: Instant | null;
}

/** @returns null: the lineage has none, or not yet. Index: `lineage_twin`. */
export async function findTwin(db: Db, lineageId: string): Promise<TwinRow | null> {
  const { rows } = await sql<TwinRow>`
    select lineage.id, lineage.state, lineage.failure_code, lineage.failure_detail, lineage.wake_at,
      certificate.id as certificate_id, certificate.serial, certificate.issuer, certificate.not_before,
      certificate.not_after, renewal.window_start, renewal.window_end, renewal.explanation_url, renewal.urgent,
      renewal.poll_at
    from lineage
      left join certificate on certificate.id = lineage.certificate_id
      left join renewal on renewal.lineage_id = lineage.id and renewal.certificate_id = certificate.id
    where lineage.twin_of = ${lineageId} and lineage.state <> 'removed'`.execute(db);
  return rows[0] ?? null;
}

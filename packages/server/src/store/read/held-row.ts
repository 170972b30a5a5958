/** The certificate that a lineage has now, and what its CA says of its renewal, as parts of a query of `lineage`. */
import type { Instant } from "@certmill/domain";
import { sql } from "kysely";

/** All null: it has none. */
export interface HeldRow {
  readonly certificate_id: string | null;
  readonly serial: string | null;
  readonly issuer: string | null;
  readonly not_before: Instant | null;
  readonly not_after: Instant | null;
  /** What its CA says of its renewal; null: nothing. */
  readonly window_start: Instant | null;
  readonly window_end: Instant | null;
  readonly explanation_url: string | null;
  readonly urgent: boolean | null;
  readonly poll_at: Instant | null;
}

export const heldColumns = sql`
  certificate.id as certificate_id, certificate.serial, certificate.issuer, certificate.not_before, certificate.not_after,
  renewal.window_start, renewal.window_end, renewal.explanation_url, renewal.urgent, renewal.poll_at`;

/** Indexes: the primary keys of `certificate` and `renewal`. */
export const heldTables = sql`
  left join certificate on certificate.id = lineage.certificate_id
  left join renewal on renewal.lineage_id = lineage.id and renewal.certificate_id = certificate.id`;

import type { Instant } from "@certmill/domain";
import { sql } from "kysely";
import { type Db, timestamp } from "../database.ts";
import { withTwins } from "../twins.ts";

export interface StillValidRow {
  readonly id: string;
  readonly ca: string;
  readonly serial: string;
  readonly not_after: Instant;
}

/**
 * The certificates of a lineage and its twins that have not ended and that nobody has revoked or asked to, the superseded ones included, the
 * newest first. Index: `certificate_by_lineage`.
 */
export async function listStillValid(
  db: Db,
  lineageId: string,
  now: Instant,
): Promise<readonly StillValidRow[]> {
  const { rows } = await sql<StillValidRow>`
    select certificate.id, ca.name as ca, certificate.serial, certificate.not_after
    from certificate join ca on ca.id = certificate.ca_id
    where certificate.lineage_id = ${withTwins(lineageId)} and certificate.not_after > ${timestamp(now)}
      and certificate.revoked_at is null
      and not exists (select 1 from revocation where revocation.certificate_id = certificate.id and state <> 'failed')
    order by certificate.id desc`.execute(db);
  return rows;
}

import type { Instant } from "@certmill/domain";
import { sql } from "kysely";
import type { Db } from "../database.ts";
import type { RevocationState } from "../schema/replacement.ts";

export interface RevocationRow {
  readonly certificate_id: string;
  readonly serial: string;
  readonly names: string[];
  readonly ca: string;
  readonly reason: string;
  readonly state: RevocationState;
  readonly failure_detail: string | null;
  readonly requested_by: string;
  readonly requested_at: Instant;
  readonly ended_at: Instant | null;
  readonly wake_at: Instant | null;
}

/** In the order of the certificates. */
export async function listRevocations(
  db: Db,
  filter: { readonly state: RevocationState | null; readonly replacementId: string | null },
  page: { readonly after: string; readonly limit: number },
): Promise<readonly RevocationRow[]> {
  const { state, replacementId } = filter;
  return db
    .selectFrom("revocation")
    .innerJoin("certificate", "certificate.id", "revocation.certificate_id")
    .innerJoin("ca", "ca.id", "revocation.ca_id")
    .select(["revocation.certificate_id", "certificate.serial", "certificate.names", "ca.name as ca"])
    .select(["revocation.reason", "revocation.state", "revocation.failure_detail"])
    .select(["revocation.requested_by", "revocation.requested_at", "revocation.ended_at"])
    .select("revocation.wake_at")
    .where("revocation.certificate_id", ">", page.after)
    .$if(state !== null, (query) => query.where("revocation.state", "=", state as RevocationState))
    .$if(replacementId !== null, (query) => query.where("revocation.replacement_id", "=", replacementId))
    .orderBy("revocation.certificate_id")
    .limit(page.limit)
    .execute();
}

/** Of all that were ever asked for. */
export async function countRevocationsByState(db: Db): Promise<Readonly<Record<RevocationState, number>>> {
  const { rows } = await sql<{ state: RevocationState; count: string }>`
    select state, count(*) from revocation group by state`.execute(db);
  const of = (state: RevocationState): number => Number(rows.find((row) => row.state === state)?.count ?? 0);
  return { waiting: of("waiting"), due: of("due"), revoked: of("revoked"), failed: of("failed") };
}

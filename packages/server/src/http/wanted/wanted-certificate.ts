import type { Db } from "../../store/database.ts";
import { type CertificateRow, findCertificate } from "../../store/read/certificates.ts";
import { isRowId } from "../../store/row-id.ts";
import { type Caller, tenantIdOf } from "../caller/caller.ts";
import { Refusal } from "../refusal.ts";

/** @throws {Refusal} `not-found`, also for another tenant's. */
export async function wantedCertificate(db: Db, id: string, caller: Caller): Promise<CertificateRow> {
  const row = isRowId(id) ? await findCertificate(db, id, tenantIdOf(caller)) : null;
  if (row === null) throw noCertificate(id);
  return row;
}

export const noCertificate = (id: string): Refusal =>
  new Refusal("not-found", `There is no certificate ${id}.`);

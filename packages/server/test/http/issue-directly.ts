/** Certificates and failures put into the store as the worker would, without a CA. */
import { after, days, type FailureCode, type Instant } from "@certmill/domain";
import { sql } from "kysely";
import { type ClaimedIssuance, claimIssuances } from "../../src/store/claim-issuances.ts";
import type { Db } from "../../src/store/database.ts";
import { commitAbandoned } from "../../src/store/decision/commit-abandoned.ts";
import { commitIssued } from "../../src/store/decision/commit-issued.ts";
import { planRound } from "../../src/store/planning/plan-round.ts";
import { insertSecret } from "../../src/store/secrets.ts";
import { sealed } from "./open-test-api.ts";

/** Fails for every lineage that is due. */
export async function failDue(
  db: Db,
  now: Instant,
  failure: { readonly cause: FailureCode; readonly retryAt: Instant | null },
): Promise<void> {
  for (const issuance of await claimDue(db, now)) {
    const accepted = await commitAbandoned(db, issuance, {
      ...failure,
      detail: "no",
      events: [],
      ledger: [],
      now,
    });
    if (!accepted) throw new Error("The claim was lost.");
  }
}

async function claimDue(db: Db, now: Instant): Promise<ClaimedIssuance[]> {
  await planRound(db, { limit: 1_000, now });
  return claimIssuances(db, { limit: 1_000, lease: days(1), now });
}

/** Issues for every lineage that is due. @returns the certificates' ids in the order of their names. */
export async function issueDue(db: Db, now: Instant): Promise<string[]> {
  const claimed = await claimDue(db, now);
  const ids: string[] = [];
  for (const issuance of claimed.toSorted((a, b) => String(a.names[0]).localeCompare(String(b.names[0])))) {
    const key = await insertSecret(db, sealed(`key of ${issuance.names[0]}`));
    await sql`update issuance set key_secret_id = ${key} where id = ${issuance.id}`.execute(db);
    const certificate = {
      serial: `0${issuance.id}`,
      issuer: "CN=Test",
      names: issuance.names,
      notBefore: now,
      notAfter: after(now, days(90)),
      fingerprint: "00",
      spki: `0${issuance.id}`,
      ariId: "key.serial",
      chainPem: `chain of ${issuance.names[0]}`,
    };
    const events = [{ at: now, kind: "certificate.stored", took: null, detail: {} } as const];
    const id = await commitIssued(db, issuance, { certificate, events, ledger: [], now });
    if (id === null) throw new Error("The claim was lost.");
    ids.push(id);
  }
  return ids;
}

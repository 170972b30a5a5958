import type { Instant } from "@certmill/domain";
import { sql } from "kysely";
import type { Db } from "../database.ts";
import type { Sealed } from "../secrets.ts";
import { withTwins } from "../twins.ts";

export interface CertificateRow {
  readonly id: string;
  readonly lineage_id: string;
  readonly serial: string;
  readonly issuer: string;
  readonly names: string[];
  readonly not_before: Instant;
  readonly not_after: Instant;
  readonly fingerprint: string;
  readonly chain_pem: string;
  readonly stored_at: Instant;
  readonly spki: string | null;
  readonly revoked_at: Instant | null;
  readonly revocation_reason: string | null;
  readonly key_destroyed_at: Instant | null;
  /** null: it was imported, and its CA is none of those that are here. */
  readonly ca: string | null;
  readonly tenant: string | null;
  readonly current_id: string | null;
  /** Of its lineage. */
  readonly wake_at: Instant | null;
  /** What its CA says of its renewal; null where it is not the current one, or nothing was said. */
  readonly window_start: Instant | null;
  readonly window_end: Instant | null;
  readonly explanation_url: string | null;
  readonly urgent: boolean | null;
  readonly poll_at: Instant | null;
}

const selectCertificates = (db: Db) =>
  db
    .selectFrom("certificate")
    .innerJoin("lineage", "lineage.id", "certificate.lineage_id")
    .leftJoin("ca", "ca.id", "certificate.ca_id")
    .leftJoin("tenant", "tenant.id", "lineage.tenant_id")
    .leftJoin("renewal", (join) =>
      join
        .onRef("renewal.lineage_id", "=", "lineage.id")
        .onRef("renewal.certificate_id", "=", "certificate.id"),
    )
    .select([
      "certificate.id",
      "certificate.lineage_id",
      "certificate.serial",
      "certificate.issuer",
      "certificate.names",
      "certificate.not_before",
      "certificate.not_after",
      "certificate.fingerprint",
      "certificate.chain_pem",
      "certificate.stored_at",
      "certificate.spki",
      "certificate.revoked_at",
      "certificate.revocation_reason",
      "certificate.key_destroyed_at",
      "ca.name as ca",
      "tenant.name as tenant",
      "lineage.certificate_id as current_id",
      "lineage.wake_at",
      "renewal.window_start",
      "renewal.window_end",
      "renewal.explanation_url",
      "renewal.urgent",
      "renewal.poll_at",
    ]);

/** @param tenantId only when it is this tenant's; null: whosever it is. */
export async function findCertificate(
  db: Db,
  id: string,
  tenantId: string | null,
): Promise<CertificateRow | null> {
  const row = await selectCertificates(db)
    .where("certificate.id", "=", id)
    .$if(tenantId !== null, (query) => query.where("lineage.tenant_id", "=", tenantId))
    .executeTakeFirst();
  return row ?? null;
}

/**
 * The newest first.
 *
 * @param filter.lineageId of this one and its twins; null: of all. Indexes: the id's, `certificate_by_lineage`.
 */
export async function listCertificates(
  db: Db,
  filter: { tenantId: string | null; lineageId: string | null },
  page: { before: string | null; limit: number },
): Promise<CertificateRow[]> {
  const { tenantId, lineageId } = filter;
  return selectCertificates(db)
    .$if(tenantId !== null, (query) => query.where("lineage.tenant_id", "=", tenantId))
    .$if(lineageId !== null, (query) =>
      query.where(sql<boolean>`certificate.lineage_id = ${withTwins(lineageId as string)}`),
    )
    .$if(page.before !== null, (query) => query.where("certificate.id", "<", page.before))
    .orderBy("certificate.id", "desc")
    .limit(page.limit)
    .execute();
}

export interface SealedCertificate {
  readonly id: string;
  readonly lineage_id: string;
  readonly names: string[];
  readonly chain_pem: string;
  /** null: it was destroyed. */
  readonly key: Sealed | null;
}

/** A certificate with its key as it is stored. */
export async function findSealedCertificate(db: Db, id: string): Promise<SealedCertificate | null> {
  const row = await db
    .selectFrom("certificate")
    .leftJoin("secret", "secret.id", "certificate.key_secret_id")
    .select([
      "certificate.id",
      "certificate.lineage_id",
      "certificate.names",
      "certificate.chain_pem",
      "secret.kek_id",
      "secret.wrapped_key",
      "secret.ciphertext",
    ])
    .where("certificate.id", "=", id)
    .executeTakeFirst();
  if (row === undefined) return null;
  const { kek_id: kekId, wrapped_key: wrappedKey, ciphertext, ...certificate } = row;
  const isKept = kekId !== null && wrappedKey !== null && ciphertext !== null;
  return { ...certificate, key: isKept ? { kekId, wrappedKey, ciphertext } : null };
}

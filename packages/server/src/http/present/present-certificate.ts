import type { Certificate } from "@certmill/api";
import type { CertificateRow } from "../../store/read/certificates.ts";
import { instantText, instantTextOrNull } from "./instant-text.ts";
import { presentRenewal } from "./present-renewal.ts";

export function presentCertificate(row: CertificateRow): Certificate {
  return {
    id: row.id,
    serial: row.serial,
    issuer: row.issuer,
    notBefore: instantText(row.not_before),
    notAfter: instantText(row.not_after),
    names: row.names,
    fingerprint: row.fingerprint,
    ca: row.ca,
    tenant: row.tenant,
    current: row.current_id === row.id,
    storedAt: instantText(row.stored_at),
    keyFingerprint: row.spki === "" ? null : row.spki,
    keyDestroyedAt: instantTextOrNull(row.key_destroyed_at),
    revokedAt: instantTextOrNull(row.revoked_at),
    revocationReason: row.revocation_reason,
    renewal: row.current_id === row.id ? presentRenewal(row) : null,
  };
}

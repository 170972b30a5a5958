/** What CAs issued, and when each is to be renewed or told of. */
import type { Generated, GeneratedAlways } from "kysely";
import type { At, Id, MaybeAt } from "./column.ts";

interface CertificateTable {
  id: GeneratedAlways<Id>;
  lineage_id: Id;
  issuance_id: Id | null;
  ca_id: Id | null;
  foreign_account: Generated<boolean>;
  serial: string;
  issuer: string;
  names: string[];
  not_before: At;
  not_after: At;
  fingerprint: string;
  chain_pem: string;
  key_secret_id: Id | null;
  stored_at: At;
  spki: string | null;
  revoked_at: MaybeAt;
  revocation_reason: string | null;
  key_destroyed_at: MaybeAt;
}

interface RenewalTable {
  lineage_id: Id;
  certificate_id: Id;
  ca_id: Id | null;
  ari_id: string | null;
  not_before: At;
  not_after: At;
  window_start: MaybeAt;
  window_end: MaybeAt;
  explanation_url: string | null;
  etag: string | null;
  urgent: Generated<boolean>;
  failures: Generated<number>;
  poll_at: MaybeAt;
}

interface ExpiryAlertTable {
  certificate_id: Id;
  next_at: MaybeAt;
}

export interface CertificateTables {
  certificate: CertificateTable;
  renewal: RenewalTable;
  expiry_alert: ExpiryAlertTable;
}

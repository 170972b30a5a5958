/**
 * The tables as Kysely sees them; migrations/ is their definition. Ids are decimal strings (64 bit),
 * instants are read as milliseconds and written as `Date`.
 */
import type { Instant } from "@certmill/domain";
import type { ColumnType, Generated, GeneratedAlways } from "kysely";

type Id = string;
type At = ColumnType<Instant, Date, Date>;
type MaybeAt = ColumnType<Instant | null, Date | null, Date | null>;
type DefaultAt = ColumnType<Instant, Date | undefined, Date>;
/** Read as a value, written as JSON text. */
type Json<T> = ColumnType<T, string, string>;

export type LineageState = "waiting" | "issuing" | "active" | "failed" | "removed";
export type KeyType = "p256" | "rsa2048";
export type TokenScope = "admin" | "tenant" | "edge";

export interface InstallationTable {
  singleton: Generated<boolean>;
  id: Generated<string>;
  created_at: DefaultAt;
}

export interface TenantTable {
  id: GeneratedAlways<Id>;
  name: string;
  created_at: At;
}

export interface SecretTable {
  id: GeneratedAlways<Id>;
  kek_id: string;
  wrapped_key: Uint8Array;
  ciphertext: Uint8Array;
}

export interface CaTable {
  id: GeneratedAlways<Id>;
  name: string;
  directory_url: string;
  root_pem: string | null;
  name_policy: "public" | "private";
  max_orders_in_flight: number;
  is_default: boolean;
  created_at: At;
}

export interface AccountTable {
  id: GeneratedAlways<Id>;
  ca_id: Id;
  url: string;
  key_secret_id: Id;
  thumbprint: string;
  contact: string[];
  created_at: At;
}

export interface EdgeGroupTable {
  id: GeneratedAlways<Id>;
  name: string;
  created_at: DefaultAt;
}

export interface LineageTable {
  id: GeneratedAlways<Id>;
  tenant_id: Id | null;
  ca_id: Id;
  edge_group_id: Id;
  names: string[];
  key_type: KeyType;
  state: LineageState;
  wake_at: MaybeAt;
  wanted_at: At;
  failure_code: string | null;
  failure_detail: string | null;
  failures: Generated<number>;
  certificate_id: Id | null;
  created_at: At;
  removed_at: MaybeAt;
}

export interface DomainTable {
  name: string;
  lineage_id: Id;
  created_at: At;
}

export interface IssuanceTable {
  id: GeneratedAlways<Id>;
  lineage_id: Id;
  ca_id: Id;
  names: string[];
  key_type: KeyType;
  state_kind: string;
  state: Json<unknown>;
  order_url: string | null;
  key_secret_id: Id | null;
  csr: Uint8Array | null;
  wake_at: MaybeAt;
  fence: ColumnType<string, never, never>;
  failure_code: string | null;
  failure_detail: string | null;
  started_at: At;
  ended_at: MaybeAt;
}

export interface CertificateTable {
  id: GeneratedAlways<Id>;
  lineage_id: Id;
  issuance_id: Id;
  ca_id: Id;
  serial: string;
  issuer: string;
  names: string[];
  not_before: At;
  not_after: At;
  fingerprint: string;
  chain_pem: string;
  key_secret_id: Id;
  stored_at: At;
}

export interface ChallengeResponseTable {
  token: string;
  key_authorization: string;
  issuance_id: Id;
  identifier: string;
  published_at: At;
}

export interface EventTable {
  id: GeneratedAlways<Id>;
  xact: ColumnType<string, never, never>;
  at: At;
  kind: string;
  lineage_id: Id | null;
  issuance_id: Id | null;
  edge_group_id: Id | null;
  duration_ms: ColumnType<string | null, number | null, never>;
  detail: Json<Record<string, unknown>>;
}

export interface TokenTable {
  id: GeneratedAlways<Id>;
  name: string;
  hash: Uint8Array;
  scope: TokenScope;
  tenant_id: Id | null;
  edge_group_id: Id | null;
  created_at: At;
  expires_at: MaybeAt;
  revoked_at: MaybeAt;
}

export interface EdgeTable {
  id: GeneratedAlways<Id>;
  edge_group_id: Id;
  name: string;
  last_seen_at: At;
}

export interface DeliveryTable {
  edge_id: Id;
  lineage_id: Id;
  certificate_id: Id;
  received_at: At;
  error: string | null;
}

export interface IdempotencyTable {
  token_id: Id;
  key: string;
  request_hash: Uint8Array;
  status: number;
  response: Json<unknown>;
  created_at: At;
}

export interface Schema {
  installation: InstallationTable;
  tenant: TenantTable;
  secret: SecretTable;
  ca: CaTable;
  account: AccountTable;
  edge_group: EdgeGroupTable;
  lineage: LineageTable;
  domain: DomainTable;
  issuance: IssuanceTable;
  certificate: CertificateTable;
  challenge_response: ChallengeResponseTable;
  event: EventTable;
  token: TokenTable;
  edge: EdgeTable;
  delivery: DeliveryTable;
  idempotency: IdempotencyTable;
}

/**
 * The tables as Kysely sees them; migrations/ is their definition. Ids are decimal strings (64 bit),
 * instants are read as milliseconds and written as `Date`.
 */
import type {
  CaStatus,
  ChallengeType,
  Exemption,
  Finding,
  Instant,
  LifeState,
  NameFacts,
  PackingPrice,
  ReplacementPlan,
} from "@certmill/domain";
import type { ColumnType, Generated, GeneratedAlways } from "kysely";

type Id = string;
type At = ColumnType<Instant, Date, Date>;
type MaybeAt = ColumnType<Instant | null, Date | null, Date | null>;
type DefaultAt = ColumnType<Instant, Date | undefined, Date>;
/** Read as a value, written as JSON text. */
type Json<T> = ColumnType<T, string, string>;
type Defaulted<T> = ColumnType<T, string | undefined, string>;

export type LineageState = LifeState;
export type KeyType = "p256" | "rsa2048";
export type WorkClassName = "emergency" | "interactive" | "renewal" | "campaign";
export type CampaignState = "importing" | "running" | "paused" | "cancelled" | "done";
export type DnsProviderKind = "rfc2136" | "powerdns" | "acme-dns" | "exec" | "cloudflare" | "route53";
export type KeyPolicyName = "new" | "keep" | "shared";
export type ReplacementState = "draft" | "running" | "paused" | "cancelled" | "done";
export type RevocationState = "waiting" | "due" | "revoked" | "failed";
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
  ca_ids: Id[] | null;
  key_policy: KeyPolicyName | null;
  key_renewals: number | null;
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
  limit_set: Generated<string>;
  weight: Generated<number>;
  caa_identities: Generated<string[]>;
  slow_until: MaybeAt;
  health: Defaulted<unknown>;
  status_hint: Generated<CaStatus>;
  status_read_at: MaybeAt;
  offers_renewal_info: Generated<boolean>;
  directory_read_at: MaybeAt;
  profiles: Generated<string[]>;
  profile: string | null;
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
  key_policy: Defaulted<KeyPolicyName>;
  key_renewals: number | null;
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
  failing_since: MaybeAt;
  unmended_since: MaybeAt;
  rests_since: MaybeAt;
  leaves_at: MaybeAt;
  all_names: string[] | null;
  suspects: Defaulted<Readonly<Record<string, number>>>;
  rejoin_at: MaybeAt;
  keys_destroyed_at: MaybeAt;
  certificate_id: Id | null;
  created_at: At;
  removed_at: MaybeAt;
  pinned: Generated<boolean>;
  avoid_ca_ids: Generated<Id[]>;
  campaign_id: Id | null;
  wave: number | null;
  held: Generated<boolean>;
  profile: string | null;
  challenge: ChallengeType | null;
}

export interface LineageCheckTable {
  lineage_id: Id;
  wake_at: MaybeAt;
  fence: Generated<string>;
  holds_order: Generated<boolean>;
  rank: Generated<number>;
  away_since: MaybeAt;
  watched: Generated<boolean>;
  cleared: Generated<boolean>;
  failing: Generated<number>;
  failing_since: MaybeAt;
  ordered_anyway_at: MaybeAt;
  checked_at: MaybeAt;
  findings: Defaulted<readonly Finding[]>;
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
  class: Generated<WorkClassName>;
  spending: Defaulted<unknown>;
  replaces: string | null;
  exemption: Generated<Exemption>;
  turn: number | null;
  profile: string | null;
}

export interface CertificateTable {
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
}

export interface RenewalTable {
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

export interface ChallengeResponseTable {
  token: string;
  key_authorization: string;
  issuance_id: Id;
  identifier: string;
  published_at: At;
}

export interface DnsProviderTable {
  id: GeneratedAlways<Id>;
  name: string;
  kind: DnsProviderKind;
  settings: Json<Readonly<Record<string, unknown>>>;
  secret_id: Id | null;
  wildcards_only: boolean;
  created_at: At;
}

export interface DnsZoneTable {
  name: string;
  provider_id: Id;
  takes_delegations: boolean;
}

export interface DnsRecordTable {
  id: GeneratedAlways<Id>;
  provider_id: Id;
  zone: string;
  name: string;
  value: string;
  issuance_id: Id | null;
  intended_at: At;
  remove_at: MaybeAt;
  failures: Generated<number>;
  failure_detail: string | null;
}

export interface DnsHoldTable {
  name: string;
  holder: string;
  until_at: At;
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

export interface CampaignTable {
  id: GeneratedAlways<Id>;
  name: string;
  state: CampaignState;
  pause_reason: string | null;
  finish_by: MaybeAt;
  window_start: number | null;
  window_end: number | null;
  per_hour: number | null;
  full_at: Generated<number>;
  pack_names: Generated<number>;
  pack_across_tenants: Generated<boolean>;
  wave: Generated<number>;
  most_failed: Generated<number>;
  renewal_spread_days: Generated<number>;
  created_at: At;
  ended_at: MaybeAt;
  ca_id: Id | null;
  edge_group_id: Id | null;
  key_type: Defaulted<KeyType>;
  size: Generated<number>;
  domains: Generated<number>;
  packing: ColumnType<PackingPrice | null, string | undefined, string>;
  wave_began_at: MaybeAt;
  wave_left: Generated<number>;
  excused_issuance_id: Id | null;
  wake_at: MaybeAt;
  profile: string | null;
}

export interface ReplacementTable {
  id: GeneratedAlways<Id>;
  state: ReplacementState;
  selection: Json<unknown>;
  reason: string;
  then_revoke: boolean;
  refuses_keys: boolean;
  created_by: string;
  created_at: At;
  started_at: MaybeAt;
  ended_at: MaybeAt;
  size: Generated<number>;
  pass: Generated<number>;
  looked_to: Generated<Id>;
  look_until: Generated<Id>;
  plan: ColumnType<ReplacementPlan | null, string | undefined, string>;
  wake_at: MaybeAt;
}

export interface ReplacementItemTable {
  replacement_id: Id;
  certificate_id: Id;
  lineage_id: Id;
  released_at: MaybeAt;
  replaced_at: MaybeAt;
}

export interface RevocationTable {
  certificate_id: Id;
  ca_id: Id;
  reason: string;
  state: RevocationState;
  replacement_id: Id | null;
  requested_by: string;
  requested_at: At;
  failures: Generated<number>;
  failure_detail: string | null;
  ended_at: MaybeAt;
  wake_at: MaybeAt;
}

export interface RefusedKeyTable {
  spki: string;
  reason: string;
  replacement_id: Id | null;
  refused_at: At;
}

export interface SharedKeyTable {
  id: GeneratedAlways<Id>;
  edge_group_id: Id | null;
  tenant_id: Id | null;
  key_type: KeyType;
  secret_id: Id;
  spki: string;
  created_at: At;
  retired_at: MaybeAt;
}

export interface PlannerTable {
  singleton: Generated<boolean>;
  wake_at: MaybeAt;
  swept_at: DefaultAt;
}

export interface LaneTable {
  id: GeneratedAlways<Id>;
  class: WorkClassName;
  ca_ids: Id[] | null;
  campaign_id: Id | null;
}

export interface ClassTurnTable {
  class: WorkClassName;
  turn: number;
}

export interface FlowTable {
  class: WorkClassName;
  key: string;
  turn: number;
}

export interface QueueTable {
  lineage_id: Id;
  lane_id: Id;
  turn: number;
  queued_at: At;
  parked_until: MaybeAt;
  parked_for: string | null;
}

export interface BucketTable {
  ca_id: Id;
  limit_name: string;
  key: string;
  full_at: number;
  reserved: Generated<number>;
  turns: Defaulted<Readonly<Partial<Record<WorkClassName, number>>>>;
  promised_until: Generated<number>;
}

export interface LedgerEntryTable {
  id: GeneratedAlways<Id>;
  ca_id: Id;
  issuance_id: Id | null;
  at: At;
  change: Json<unknown>;
}

export interface LimitOverrideTable {
  id: GeneratedAlways<Id>;
  ca_id: Id;
  limit_name: string;
  key: string | null;
  burst: number;
  count: number;
  period_ms: ColumnType<string, number, number>;
  starts_at: At;
  note: string | null;
  created_at: At;
}

export interface SpentHourTable {
  ca_id: Id;
  hour: At;
  class: WorkClassName;
  spender: string;
  orders: number;
}

export interface RequestPaceTable {
  ca_id: Id;
  resource: string;
  full_at: number;
}

export interface QuickLookTable {
  singleton: Generated<boolean>;
  wake_at: DefaultAt;
  after: Generated<Id>;
}

export interface VantageTable {
  name: string;
  seen_at: At;
}

export interface VantageLookTable {
  id: GeneratedAlways<Id>;
  vantage: string;
  name: string;
  asked_at: At;
  taken_at: MaybeAt;
  facts: ColumnType<NameFacts | null, never, string>;
}

export interface ExpiryAlertTable {
  certificate_id: Id;
  next_at: MaybeAt;
}

export type WebhookState = "active" | "paused" | "disabled";

/** What came of one message, for people. */
export interface StoredAnswer {
  /** RFC 3339. */
  readonly at: string;
  readonly type: string;
  readonly domain: string | null;
  /** Null: there was no answer. */
  readonly status: number | null;
  readonly tookMs: number;
  /** The endpoint's words, or the network's; empty where it was taken. */
  readonly detail: string;
}

export interface WebhookTable {
  id: GeneratedAlways<Id>;
  url: string;
  types: string[] | null;
  tenant_id: Id | null;
  secret_id: Id;
  old_secret_id: Id | null;
  old_secret_until: MaybeAt;
  state: WebhookState;
  state_reason: string | null;
  xact: string;
  event_id: Id;
  wake_at: At;
  fence: Generated<string>;
  failures: Generated<number>;
  failing_since: MaybeAt;
  delivered: Generated<string>;
  delivered_at: MaybeAt;
  answers: Defaulted<readonly StoredAnswer[]>;
  created_at: At;
}

export interface WebhookHeldTable {
  webhook_id: Id;
  lineage_id: Id;
  xact: string;
  event_id: Id;
  attempts: number;
  held_since: At;
  wake_at: At;
  answer: string;
}

export interface Schema {
  installation: InstallationTable;
  tenant: TenantTable;
  secret: SecretTable;
  ca: CaTable;
  account: AccountTable;
  edge_group: EdgeGroupTable;
  lineage: LineageTable;
  lineage_check: LineageCheckTable;
  domain: DomainTable;
  issuance: IssuanceTable;
  certificate: CertificateTable;
  renewal: RenewalTable;
  challenge_response: ChallengeResponseTable;
  dns_provider: DnsProviderTable;
  dns_zone: DnsZoneTable;
  dns_record: DnsRecordTable;
  dns_hold: DnsHoldTable;
  event: EventTable;
  token: TokenTable;
  edge: EdgeTable;
  delivery: DeliveryTable;
  idempotency: IdempotencyTable;
  campaign: CampaignTable;
  replacement: ReplacementTable;
  replacement_item: ReplacementItemTable;
  revocation: RevocationTable;
  refused_key: RefusedKeyTable;
  shared_key: SharedKeyTable;
  planner: PlannerTable;
  lane: LaneTable;
  class_turn: ClassTurnTable;
  flow: FlowTable;
  queue: QueueTable;
  bucket: BucketTable;
  ledger_entry: LedgerEntryTable;
  limit_override: LimitOverrideTable;
  spent_hour: SpentHourTable;
  request_pace: RequestPaceTable;
  vantage: VantageTable;
  vantage_look: VantageLookTable;
  quick_look: QuickLookTable;
  expiry_alert: ExpiryAlertTable;
  webhook: WebhookTable;
  webhook_held: WebhookHeldTable;
}

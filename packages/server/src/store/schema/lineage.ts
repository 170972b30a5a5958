/** What is kept covered, and whose it is. */
import type { ChallengeType, LifeState } from "@certmill/domain";
import type { Generated, GeneratedAlways } from "kysely";
import type { At, DefaultAt, Defaulted, Id, MaybeAt } from "./column.ts";
import type { KeyPolicyName, KeyType } from "./key.ts";

export type LineageState = LifeState;

interface TenantTable {
  id: GeneratedAlways<Id>;
  name: string;
  created_at: At;
  ca_ids: Id[] | null;
  key_policy: KeyPolicyName | null;
  key_renewals: number | null;
  keys_kept_days: number | null;
  paired: boolean | null;
}

interface LineageTable {
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
  state_at: DefaultAt;
  paused_by: Generated<string | null>;
  expires_at: MaybeAt;
  rests_since: MaybeAt;
  leaves_at: MaybeAt;
  all_names: string[] | null;
  suspects: Defaulted<Readonly<Record<string, number>>>;
  rejoin_at: MaybeAt;
  keys_destroyed_at: MaybeAt;
  demanded_at: MaybeAt;
  certificate_id: Id | null;
  served_certificate_id: Id | null;
  created_at: At;
  removed_at: MaybeAt;
  ca_ids: Id[] | null;
  avoid_ca_ids: Generated<Id[]>;
  campaign_id: Id | null;
  wave: number | null;
  held: Generated<boolean>;
  profile: string | null;
  challenge: ChallengeType | null;
  paired: boolean | null;
  twin_of: Id | null;
  asked_trace: string | null;
}

interface DomainTable {
  name: string;
  lineage_id: Id;
  created_at: At;
}

interface DemandTable {
  registered_domain: string;
  since: At;
  begun: number;
}

export interface LineageTables {
  tenant: TenantTable;
  lineage: LineageTable;
  domain: DomainTable;
  demand: DemandTable;
}

/** Long lists of domains that are enrolled at a pace. */
import type { PackingPrice } from "@certmill/domain";
import type { ColumnType, Generated, GeneratedAlways } from "kysely";
import type { At, Defaulted, Id, MaybeAt } from "./column.ts";
import type { KeyType } from "./key.ts";

export type CampaignState = "importing" | "running" | "paused" | "cancelled" | "done";

interface CampaignTable {
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
  ca_ids: Id[] | null;
  edge_group_id: Id | null;
  key_type: Defaulted<KeyType>;
  paired: boolean | null;
  size: Generated<number>;
  domains: Generated<number>;
  packing: ColumnType<PackingPrice | null, string | undefined, string>;
  wave_began_at: MaybeAt;
  wave_left: Generated<number>;
  excused_issuance_id: Id | null;
  wake_at: MaybeAt;
  profile: string | null;
}

export interface CampaignTables {
  campaign: CampaignTable;
}

/** Edges, and what they say that they serve. */
import type { ChallengeType } from "@certmill/domain";
import type { Generated, GeneratedAlways } from "kysely";
import type { At, DefaultAt, Defaulted, Id, MaybeAt } from "./column.ts";
import type { KeyPolicyName } from "./key.ts";

/** Of the group's edges that are alive: how many must serve a certificate. */
export type ServedWhen = "any" | "quorum" | "all";

interface EdgeGroupTable {
  id: GeneratedAlways<Id>;
  name: string;
  created_at: DefaultAt;
  key_policy: Defaulted<KeyPolicyName>;
  key_renewals: number | null;
  keys_kept_days: number | null;
  challenge: ChallengeType | null;
  served_when: Defaulted<ServedWhen>;
  paired: Generated<boolean>;
}

interface EdgeTable {
  id: GeneratedAlways<Id>;
  edge_group_id: Id;
  name: string;
  last_seen_at: At;
  public_key: Uint8Array | null;
  joined_at: MaybeAt;
  version: string | null;
  takes_twins: Generated<boolean>;
}

interface JoinTokenTable {
  id: GeneratedAlways<Id>;
  hash: Uint8Array;
  edge_group_id: Id;
  created_at: At;
  expires_at: At;
  used_at: MaybeAt;
  edge_id: Id | null;
}

interface DeliveryTable {
  edge_id: Id;
  lineage_id: Id;
  certificate_id: Id;
  received_at: At;
  error: string | null;
}

export interface DeliveryTables {
  edge_group: EdgeGroupTable;
  edge: EdgeTable;
  join_token: JoinTokenTable;
  delivery: DeliveryTable;
}

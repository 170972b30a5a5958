/** Edges, and what they say that they serve. */
import type { ChallengeType } from "@certmill/domain";
import type { GeneratedAlways } from "kysely";
import type { At, DefaultAt, Defaulted, Id } from "./column.ts";
import type { KeyPolicyName } from "./key.ts";

interface EdgeGroupTable {
  id: GeneratedAlways<Id>;
  name: string;
  created_at: DefaultAt;
  key_policy: Defaulted<KeyPolicyName>;
  key_renewals: number | null;
  keys_kept_days: number | null;
  challenge: ChallengeType | null;
}

interface EdgeTable {
  id: GeneratedAlways<Id>;
  edge_group_id: Id;
  name: string;
  last_seen_at: At;
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
  delivery: DeliveryTable;
}

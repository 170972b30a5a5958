/** Mass replacements, and revocations. */
import type { ReplacementPlan } from "@certmill/domain";
import type { ColumnType, Generated, GeneratedAlways } from "kysely";
import type { At, Id, Json, MaybeAt } from "./column.ts";

export type ReplacementState = "draft" | "running" | "paused" | "cancelled" | "done";

interface ReplacementTable {
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

interface ReplacementItemTable {
  replacement_id: Id;
  certificate_id: Id;
  lineage_id: Id;
  released_at: MaybeAt;
  replaced_at: MaybeAt;
}

export type RevocationState = "waiting" | "due" | "revoked" | "failed";

interface RevocationTable {
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

export interface ReplacementTables {
  replacement: ReplacementTable;
  replacement_item: ReplacementItemTable;
  revocation: RevocationTable;
}

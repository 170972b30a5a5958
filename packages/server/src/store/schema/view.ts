/** What people look at: counts that are kept, and what they have done for many domains. */
import type { Generated, GeneratedAlways } from "kysely";
import type { ByWhom } from "../by-whom.ts";
import type { DomainFilter } from "../read/domain-filter.ts";
import type { At, Id, Json, MaybeAt } from "./column.ts";

export type DomainActionName = "check" | "retry" | "pause" | "resume" | "reissue" | "remove";

interface DomainActionTable {
  id: GeneratedAlways<Id>;
  action: DomainActionName;
  filter: Json<DomainFilter>;
  state: "running" | "done" | "cancelled";
  size: number;
  domains: number;
  done: Generated<number>;
  skipped: Generated<number>;
  created_by: Json<ByWhom>;
  created_at: At;
  ended_at: MaybeAt;
  looked_to: Generated<Id>;
  look_until: Id;
  wake_at: MaybeAt;
}

export interface ViewTables {
  domain_action: DomainActionTable;
}

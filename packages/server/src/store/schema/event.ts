/** What happened, appended; feeds, timelines and webhooks are read from it. */
import type { ColumnType, GeneratedAlways } from "kysely";
import type { At, Id, Json } from "./column.ts";

interface EventTable {
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

export interface EventTables {
  event: EventTable;
}

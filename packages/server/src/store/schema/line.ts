/** Who stands in line, and whose turn it is. */
import type { Generated, GeneratedAlways } from "kysely";
import type { At, DefaultAt, Id, MaybeAt } from "./column.ts";

export type WorkClassName = "emergency" | "interactive" | "renewal" | "campaign";

interface PlannerTable {
  singleton: Generated<boolean>;
  wake_at: MaybeAt;
  swept_at: DefaultAt;
}

interface LaneTable {
  id: GeneratedAlways<Id>;
  class: WorkClassName;
  ca_ids: Id[] | null;
  campaign_id: Id | null;
}

interface ClassTurnTable {
  class: WorkClassName;
  turn: number;
}

interface FlowTable {
  class: WorkClassName;
  key: string;
  turn: number;
}

interface QueueTable {
  lineage_id: Id;
  lane_id: Id;
  turn: number;
  queued_at: At;
  parked_until: MaybeAt;
  parked_for: string | null;
}

export interface LineTables {
  planner: PlannerTable;
  lane: LaneTable;
  class_turn: ClassTurnTable;
  flow: FlowTable;
  queue: QueueTable;
}

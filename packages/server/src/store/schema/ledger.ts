/** What is spent at the CAs, and what may be. */
import type { ColumnType, Generated, GeneratedAlways } from "kysely";
import type { At, Defaulted, Id, Json } from "./column.ts";
import type { WorkClassName } from "./line.ts";

export interface BucketTable {
  ca_id: Id;
  limit_name: string;
  key: string;
  full_at: number;
  reserved: Generated<number>;
  turns: Defaulted<Readonly<Partial<Record<WorkClassName, number>>>>;
  promised_until: Generated<number>;
}

interface LedgerEntryTable {
  id: GeneratedAlways<Id>;
  ca_id: Id;
  issuance_id: Id | null;
  at: At;
  change: Json<unknown>;
}

interface LimitOverrideTable {
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

interface SpentHourTable {
  ca_id: Id;
  hour: At;
  class: WorkClassName;
  spender: string;
  orders: number;
}

interface RequestPaceTable {
  ca_id: Id;
  resource: string;
  full_at: number;
}

export interface LedgerTables {
  bucket: BucketTable;
  ledger_entry: LedgerEntryTable;
  limit_override: LimitOverrideTable;
  spent_hour: SpentHourTable;
  request_pace: RequestPaceTable;
}

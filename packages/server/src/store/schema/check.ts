/** What is looked at before an order: whose names, when, from where. */
import type { ComparedFinding, KeptRecords, NameFacts } from "@certmill/domain";
import type { ColumnType, Generated, GeneratedAlways } from "kysely";
import type { At, DefaultAt, Defaulted, Id, MaybeAt } from "./column.ts";

interface LineageCheckTable {
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
  findings: Defaulted<readonly ComparedFinding[]>;
}

interface RightRecordsTable {
  lineage_id: Id;
  records: ColumnType<readonly KeptRecords[], string, string>;
}

interface QuickLookTable {
  singleton: Generated<boolean>;
  wake_at: DefaultAt;
  after: Generated<Id>;
}

interface VantageTable {
  name: string;
  seen_at: At;
}

interface VantageLookTable {
  id: GeneratedAlways<Id>;
  vantage: string;
  name: string;
  asked_at: At;
  taken_at: MaybeAt;
  facts: ColumnType<NameFacts | null, never, string>;
}

export interface CheckTables {
  lineage_check: LineageCheckTable;
  right_records: RightRecordsTable;
  vantage: VantageTable;
  vantage_look: VantageLookTable;
  quick_look: QuickLookTable;
}

import type { Instant } from "@certmill/domain";
import { sql } from "kysely";
import type { Db } from "../database.ts";
import type { LineageState } from "../schema/lineage.ts";
import { type HeldRow, heldColumns, heldTables } from "./held-row.ts";

/** The RSA half of a pair, as it stands. */
export interface TwinRow extends HeldRow {
  readonly id: string;
  readonly state: LineageState;
  readonly failure_code: string | null;
  readonly failure_detail: string | null;
  readonly wake_at: Instant | null;
}

/** @returns null: the lineage has none, or not yet. Index: `lineage_twin`. */
export async function findTwin(db: Db, lineageId: string): Promise<TwinRow | null> {
  const { rows } = await sql<TwinRow>`
    select lineage.id, lineage.state, lineage.failure_code, lineage.failure_detail, lineage.wake_at,
      ${heldColumns}
    from lineage ${heldTables}
    where lineage.twin_of = ${lineageId} and lineage.state <> 'removed'`.execute(db);
  return rows[0] ?? null;
}

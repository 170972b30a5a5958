import type { Instant } from "@certmill/domain";
import type { Db } from "../database.ts";
import { isRowId } from "../row-id.ts";

export interface OverrideRow {
  readonly id: string;
  readonly ca_id: string;
  readonly ca: string;
  readonly limit_name: string;
  readonly key: string | null;
  readonly burst: number;
  readonly count: number;
  readonly period_ms: string;
  readonly starts_at: Instant;
  readonly note: string | null;
}

const selectOverrides = (db: Db) =>
  db
    .selectFrom("limit_override")
    .innerJoin("ca", "ca.id", "limit_override.ca_id")
    .select([
      "limit_override.id",
      "limit_override.ca_id",
      "ca.name as ca",
      "limit_override.limit_name",
      "limit_override.key",
      "limit_override.burst",
      "limit_override.count",
      "limit_override.period_ms",
      "limit_override.starts_at",
      "limit_override.note",
    ]);

/** All of these CAs', the oldest first. Index: `limit_override_by_ca`. */
export async function listOverrides(db: Db, caIds: readonly string[]): Promise<OverrideRow[]> {
  if (caIds.length === 0) return [];
  return selectOverrides(db)
    .where("limit_override.ca_id", "in", caIds)
    .orderBy("limit_override.id")
    .execute();
}

export async function findOverride(db: Db, id: string): Promise<OverrideRow | null> {
  if (!isRowId(id)) return null;
  return (await selectOverrides(db).where("limit_override.id", "=", id).executeTakeFirst()) ?? null;
}

import type { Instant } from "@certmill/domain";
import { sql } from "kysely";
import { type Db, timestamp } from "../database.ts";
import type { Via } from "../schema/access.ts";

export interface AuditRow {
  readonly id: string;
  readonly at: Instant;
  readonly via: Via;
  readonly who: string;
  readonly address: string | null;
  readonly action: string;
  readonly about: string | null;
  readonly status: number | null;
  /** How many calls that were refused alike it stands for; 1 else. */
  readonly count: number;
  /** When the last of them came; null: there was one. */
  readonly last_at: Instant | null;
}

/** Null: any. `until` is not in it. */
export interface AuditFilter {
  readonly who: string | null;
  readonly action: string | null;
  readonly about: string | null;
  readonly since: Instant | null;
  readonly until: Instant | null;
}

/** The latest first, from before this one. Indexes: `audit_by_time`, `audit_by_who`, `audit_by_action`, `audit_by_about`. */
export async function listAudit(
  db: Db,
  { who, action, about, since, until }: AuditFilter,
  page: { readonly before: { readonly at: Instant; readonly id: string } | null; readonly limit: number },
): Promise<AuditRow[]> {
  const { before } = page;
  return db
    .selectFrom("audit")
    .selectAll()
    .$if(who !== null, (query) => query.where("who", "=", who))
    .$if(action !== null, (query) => query.where("action", "=", action))
    .$if(about !== null, (query) => query.where("about", "=", about))
    .$if(since !== null, (query) => query.where("at", ">=", sql<Instant>`${timestamp(since as Instant)}`))
    .$if(until !== null, (query) => query.where("at", "<", sql<Instant>`${timestamp(until as Instant)}`))
    .$if(before !== null, (query) =>
      query.where(sql<boolean>`(at, id) < (${timestamp(before?.at as Instant)}, ${before?.id})`),
    )
    .orderBy("at", "desc")
    .orderBy("id", "desc")
    .limit(page.limit)
    .execute();
}

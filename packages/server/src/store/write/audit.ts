import { hourOf, type Instant } from "@certmill/domain";
import { sql } from "kysely";
import { type Db, timestamp } from "../database.ts";
import type { Via } from "../schema/access.ts";

/** Who, and from where; `address` null: it is not known. */
export interface AuditedPerson {
  readonly via: Via;
  readonly who: string;
  readonly address: string | null;
}

export interface AuditedAction extends AuditedPerson {
  readonly action: string;
  readonly about: string | null;
}

/**
 * Notes an action before it begins.
 *
 * @param status what it was answered, where that is known already; null: it is told by `noteOutcome`.
 * @returns the row's id.
 */
export async function noteAction(
  db: Db,
  { via, who, address, action, about }: AuditedAction,
  { now, status }: { readonly now: Instant; readonly status: number | null },
): Promise<string> {
  const row = await db
    .insertInto("audit")
    .values({ at: timestamp(now), via, who, address, action, about, status })
    .returning("id")
    .executeTakeFirstOrThrow();
  return row.id;
}

export async function noteOutcome(db: Db, id: string, status: number): Promise<void> {
  await db.updateTable("audit").set({ status }).where("id", "=", id).execute();
}

/**
 * Notes a call that a role or a scope refuses. Those of one caller for one operation in one hour are one row, however many
 * they are: it has the first one's address and what that was about. Index: `audit_refused`.
 */
export async function noteRefused(
  db: Db,
  { via, who, address, action, about }: AuditedAction,
  { now, status }: { readonly now: Instant; readonly status: number },
): Promise<void> {
  const at = timestamp(now);
  await sql`
    insert into audit (at, via, who, address, action, about, status, refused_in)
    values (${at}, ${via}, ${who}, ${address}, ${action}, ${about}, ${status}, ${timestamp(hourOf(now))})
    on conflict (who, via, action, refused_in) where refused_in is not null
    do update set count = audit.count + 1, last_at = ${at}`.execute(db);
}

/** What is from before `before` goes, the oldest first. Index: `audit_by_time`. @returns how many rows. */
export async function forgetAudit(
  db: Db,
  { before, most }: { readonly before: Instant; readonly most: number },
): Promise<number> {
  const { numAffectedRows } = await sql`
    delete from audit where id = any(array(
      select id from audit where at < ${timestamp(before)} order by at, id limit ${most}))`.execute(db);
  return Number(numAffectedRows ?? 0);
}

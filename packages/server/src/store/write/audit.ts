import type { Instant } from "@certmill/domain";
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

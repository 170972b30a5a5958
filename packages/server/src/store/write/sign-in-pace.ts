import { fullBucket, type Instant, instant, type Limit, reserve, settle } from "@certmill/domain";
import { sql } from "kysely";
import { type Db, timestamp } from "../database.ts";

export type Attempt =
  | { readonly kind: "allowed" }
  /** @property retryAt when the next is. */
  | { readonly kind: "too-many"; readonly retryAt: Instant };

/** Whose attempts are counted: SHA-256, for people type passwords where the name belongs. */
export interface CountedAttempts {
  readonly key: Uint8Array;
  readonly limit: Limit;
}

/**
 * Counts an attempt to sign in, before the password is looked at, so that none of many at once slips through. One that
 * is refused counts for those before it in the list. Index: `sign_in_pace_by_end`.
 */
export async function countAttempt(
  db: Db,
  counted: readonly CountedAttempts[],
  now: Instant,
): Promise<Attempt> {
  await sql`delete from sign_in_pace where full_at < ${timestamp(now)}`.execute(db);
  for (const { key, limit } of counted) {
    const attempt = await spendOne(db, { key, limit }, now);
    if (attempt.kind === "too-many") return attempt;
  }
  return { kind: "allowed" };
}

async function spendOne(db: Db, { key, limit }: CountedAttempts, now: Instant): Promise<Attempt> {
  return db.transaction().execute(async (trx) => {
    await trx
      .insertInto("sign_in_pace")
      .values({ key, full_at: timestamp(now) })
      .onConflict((conflict) => conflict.column("key").doNothing())
      .execute();
    const row = await trx
      .selectFrom("sign_in_pace")
      .select("full_at")
      .where("key", "=", key)
      .forUpdate()
      .executeTakeFirst();
    const reserved = reserve(limit, { ...fullBucket, fullAt: row?.full_at ?? now }, now);
    if (reserved.kind === "refused") return { kind: "too-many", retryAt: reserved.retryAt };
    const { fullAt } = settle(limit, reserved.bucket, now);
    await trx
      .updateTable("sign_in_pace")
      .set({ full_at: timestamp(instant(Math.ceil(fullAt))) })
      .where("key", "=", key)
      .execute();
    return { kind: "allowed" };
  });
}

/** Forgets the attempts counted under a key: they were the person's own. */
export async function forgetAttempts(db: Db, key: Uint8Array): Promise<void> {
  await db.deleteFrom("sign_in_pace").where("key", "=", key).execute();
}

/** What an operator does with webhooks. */
import { after, type Duration, type Instant } from "@certmill/domain";
import { sql } from "kysely";
import { type Db, timestamp } from "../database.ts";
import { readFeedEnd, type WebhookPlace } from "../read/webhook-feed.ts";
import { insertSecret, type Sealed } from "../secrets.ts";
import { ensureTenants } from "./names.ts";

export interface NewWebhook {
  readonly url: string;
  /** Null: all. */
  readonly types: readonly string[] | null;
  /** Null: everybody's. One that is new is made. */
  readonly tenant: string | null;
  readonly secret: Sealed;
}

/** It is told of what happens from now on. @returns its id. */
export async function insertWebhook(db: Db, webhook: NewWebhook, now: Instant): Promise<string> {
  const { url, types, tenant, secret } = webhook;
  return db.transaction().execute(async (trx) => {
    const tenants = tenant === null ? null : await ensureTenants(trx, [tenant], now);
    const { xact, id: eventId } = await readFeedEnd(trx);
    const { id } = await trx
      .insertInto("webhook")
      .values({
        url,
        types: types === null ? null : [...types],
        tenant_id: tenant === null ? null : (tenants?.get(tenant) ?? null),
        secret_id: await insertSecret(trx, secret),
        state: "active",
        xact,
        event_id: eventId,
        wake_at: timestamp(now),
        created_at: timestamp(now),
      })
      .returning("id")
      .executeTakeFirstOrThrow();
    return id;
  });
}

/** What is being sent is stored still. @returns false when there is none. */
export async function pauseWebhook(db: Db, id: string): Promise<boolean> {
  const { rows } = await sql`
    update webhook set state = 'paused', state_reason = null where id = ${id} returning id`.execute(db);
  return rows.length > 0;
}

/** It goes on from its place, at once, also with what was held back. @returns false when there is none. */
export async function resumeWebhook(db: Db, id: string, now: Instant): Promise<boolean> {
  return db.transaction().execute(async (trx) => {
    const { rows } = await sql`
      update webhook set state = 'active', state_reason = null, failures = 0, failing_since = null,
        wake_at = ${timestamp(now)}
      where id = ${id} and state <> 'active' returning id`.execute(trx);
    if (rows.length === 0) return isThere(trx, id);
    await sql`
      update webhook_held set wake_at = ${timestamp(now)}, held_since = ${timestamp(now)}
      where webhook_id = ${id}`.execute(trx);
    return true;
  });
}

async function isThere(db: Db, id: string): Promise<boolean> {
  return (await db.selectFrom("webhook").select("id").where("id", "=", id).executeTakeFirst()) !== undefined;
}

/** Messages are signed with both until the time of change-over is over. @returns false when there is none. */
export async function changeSecret(
  db: Db,
  change: { readonly id: string; readonly secret: Sealed; readonly keepOld: Duration },
  now: Instant,
): Promise<boolean> {
  const { id, secret, keepOld } = change;
  return db.transaction().execute(async (trx) => {
    const row = await trx
      .selectFrom("webhook")
      .select(["secret_id", "old_secret_id"])
      .where("id", "=", id)
      .forUpdate()
      .executeTakeFirst();
    if (row === undefined) return false;
    await trx
      .updateTable("webhook")
      .set({
        secret_id: await insertSecret(trx, secret),
        old_secret_id: row.secret_id,
        old_secret_until: timestamp(after(now, keepOld)),
      })
      .where("id", "=", id)
      .execute();
    if (row.old_secret_id !== null)
      await trx.deleteFrom("secret").where("id", "=", row.old_secret_id).execute();
    return true;
  });
}

/** Begins again after a place; what was held back is in what follows, or is let go. @returns false when there is none. */
export async function replayWebhook(
  db: Db,
  replay: { readonly id: string; readonly place: WebhookPlace },
  now: Instant,
): Promise<boolean> {
  const { id, place } = replay;
  return db.transaction().execute(async (trx) => {
    const { rows } = await sql`
      update webhook set xact = ${place.xact}::xid8, event_id = ${place.id}, fence = fence + 1, failures = 0,
        failing_since = null, wake_at = ${timestamp(now)}
      where id = ${id} returning id`.execute(trx);
    await sql`delete from webhook_held where webhook_id = ${id}`.execute(trx);
    return rows.length > 0;
  });
}

/** @returns false when there is none. */
export async function removeWebhook(db: Db, id: string): Promise<boolean> {
  return db.transaction().execute(async (trx) => {
    const { rows } = await sql<{ secret_id: string; old_secret_id: string | null }>`
      delete from webhook where id = ${id} returning secret_id, old_secret_id`.execute(trx);
    const [row] = rows;
    if (row === undefined) return false;
    const secrets = [row.secret_id, ...(row.old_secret_id === null ? [] : [row.old_secret_id])];
    await trx.deleteFrom("secret").where("id", "in", secrets).execute();
    return true;
  });
}

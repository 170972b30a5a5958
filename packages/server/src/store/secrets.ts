/** Sealed secrets: written once, read by id, rewrapped when the key-encryption key changes. */
import { sql } from "kysely";
import type { Db } from "./database.ts";

/** A data key under a key-encryption key. */
export interface WrappedKey {
  /** Which key-encryption key wraps it. */
  readonly kekId: string;
  /** Nonce (12 bytes), wrapped data key (32 bytes), tag (16 bytes); `kekId` is authenticated with it. */
  readonly wrappedKey: Uint8Array;
}

/** A secret under its data key. */
export interface Sealed extends WrappedKey {
  /** Nonce (12 bytes), ciphertext, tag (16 bytes). */
  readonly ciphertext: Uint8Array;
}

export async function insertSecret(db: Db, sealed: Sealed): Promise<string> {
  const { id } = await db
    .insertInto("secret")
    .values({ kek_id: sealed.kekId, wrapped_key: sealed.wrappedKey, ciphertext: sealed.ciphertext })
    .returning("id")
    .executeTakeFirstOrThrow();
  return id;
}

export async function readSecret(db: Db, id: string): Promise<Sealed> {
  const row = await db.selectFrom("secret").selectAll().where("id", "=", id).executeTakeFirstOrThrow();
  return { kekId: row.kek_id, wrappedKey: row.wrapped_key, ciphertext: row.ciphertext };
}

export interface StoredKey extends WrappedKey {
  readonly id: string;
}

/**
 * Up to `limit` data keys that another key than `kekId` wraps. Index: `secret_by_kek`, from both its ends: what
 * `kekId` wraps by now is never read.
 */
export async function readForeignKeys(db: Db, kekId: string, limit: number): Promise<StoredKey[]> {
  const { rows } = await sql<{ id: string; kek_id: string; wrapped_key: Uint8Array }>`
    (select id, kek_id, wrapped_key from secret where kek_id < ${kekId} order by kek_id, id limit ${limit})
    union all
    (select id, kek_id, wrapped_key from secret where kek_id > ${kekId} order by kek_id, id limit ${limit})
    limit ${limit}`.execute(db);
  return rows.map((row) => ({ id: row.id, kekId: row.kek_id, wrappedKey: row.wrapped_key }));
}

/** Stores new wrappings. A row that was rewrapped meanwhile by another process is left as it is. */
export async function storeRewrapped(
  db: Db,
  changes: readonly { readonly from: StoredKey; readonly to: WrappedKey }[],
): Promise<void> {
  await db.transaction().execute(async (trx) => {
    for (const { from, to } of changes) {
      await trx
        .updateTable("secret")
        .set({ kek_id: to.kekId, wrapped_key: to.wrappedKey })
        .where("id", "=", from.id)
        .where("kek_id", "=", from.kekId)
        .execute();
    }
  });
}

export async function countSecretsByKey(db: Db): Promise<{ kekId: string; count: number }[]> {
  const { rows } = await sql<{ kek_id: string; count: string }>`
    select kek_id, count(*) from secret group by kek_id order by kek_id`.execute(db);
  return rows.map((row) => ({ kekId: row.kek_id, count: Number(row.count) }));
}

/** The key-encryption keys in use. One index look-up each, however many secrets there are. Index: `secret_by_kek`. */
export async function listKeysInUse(db: Db): Promise<string[]> {
  const { rows } = await sql<{ kek_id: string }>`
    with recursive used as (
      (select kek_id from secret order by kek_id limit 1)
      union all
      select (select kek_id from secret where kek_id > used.kek_id order by kek_id limit 1)
      from used where used.kek_id is not null
    )
    select kek_id from used where kek_id is not null`.execute(db);
  return rows.map(({ kek_id }) => kek_id);
}

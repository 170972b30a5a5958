/** Which key a lineage's next certificate is for, as its tenant or its edge group has it. */
import type { Instant } from "@certmill/domain";
import { sql } from "kysely";
import { type Db, timestamp } from "../database.ts";
import type { KeyType } from "../schema/key.ts";
import { insertSecret, type Sealed } from "../secrets.ts";

/** A key that is stored. */
export interface StoredSecret {
  readonly id: string;
  readonly sealed: Sealed;
}

/** Whose certificates share a key; the id of one of them. */
export type KeyOwner = { readonly tenantId: string } | { readonly edgeGroupId: string };

export type KeyChoice =
  | { readonly kind: "new" }
  /** The key of the certificate that is held. */
  | { readonly kind: "keep"; readonly key: StoredSecret }
  /** `key` null: it is to be made. */
  | { readonly kind: "shared"; readonly owner: KeyOwner; readonly key: StoredSecret | null };

interface Row {
  policy: "new" | "keep" | "shared";
  key_renewals: number | null;
  tenant_id: string | null;
  edge_group_id: string;
  held_secret_id: string | null;
  uses: string;
}

/** Indexes: `certificate_by_lineage`, `shared_key_current`. */
export async function readKeyChoice(db: Db, lineageId: string, keyType: KeyType): Promise<KeyChoice> {
  const { rows } = await sql<Row>`
    select coalesce(tenant.key_policy, edge_group.key_policy) as policy,
      case when tenant.key_policy is null then edge_group.key_renewals else tenant.key_renewals end as key_renewals,
      case when tenant.key_policy is not null then tenant.id end as tenant_id, lineage.edge_group_id,
      case when not exists (select 1 from refused_key where refused_key.spki = held.spki) then held.key_secret_id end
        as held_secret_id,
      (select count(*) from certificate where lineage_id = lineage.id and spki = held.spki) as uses
    from lineage join edge_group on edge_group.id = lineage.edge_group_id
      left join tenant on tenant.id = lineage.tenant_id
      left join certificate held on held.id = lineage.certificate_id and held.spki <> ''
    where lineage.id = ${lineageId}`.execute(db);
  const [row] = rows;
  if (row === undefined || row.policy === "new") return { kind: "new" };
  if (row.policy === "shared") {
    const owner = row.tenant_id === null ? { edgeGroupId: row.edge_group_id } : { tenantId: row.tenant_id };
    return { kind: "shared", owner, key: await findSharedKey(db, owner, keyType) };
  }
  const { held_secret_id: secretId, key_renewals: renewals, uses } = row;
  if (secretId === null || Number(uses) > (renewals ?? 0)) return { kind: "new" };
  const key = await findSecret(db, secretId);
  return key === null ? { kind: "new" } : { kind: "keep", key };
}

const ofOwner = (owner: KeyOwner) =>
  "tenantId" in owner ? sql`tenant_id = ${owner.tenantId}` : sql`edge_group_id = ${owner.edgeGroupId}`;

async function findSharedKey(db: Db, owner: KeyOwner, keyType: KeyType): Promise<StoredSecret | null> {
  const { rows } = await sql<{ secret_id: string }>`
    select secret_id from shared_key where ${ofOwner(owner)} and key_type = ${keyType} and retired_at is null`.execute(
    db,
  );
  return rows[0] === undefined ? null : findSecret(db, rows[0].secret_id);
}

async function findSecret(db: Db, id: string): Promise<StoredSecret | null> {
  const row = await db.selectFrom("secret").selectAll().where("id", "=", id).executeTakeFirst();
  if (row === undefined) return null;
  return { id, sealed: { kekId: row.kek_id, wrappedKey: row.wrapped_key, ciphertext: row.ciphertext } };
}

/** Stores a key that many will share, unless another process has just stored one. @returns the one that is shared. */
export async function storeSharedKey(
  db: Db,
  owner: KeyOwner,
  made: { readonly keyType: KeyType; readonly sealed: Sealed; readonly spki: string; readonly now: Instant },
): Promise<StoredSecret> {
  const { keyType, sealed, spki, now } = made;
  return db.transaction().execute(async (trx) => {
    // Whoever shares a key with others waits for it to be made, once.
    await sql`select pg_advisory_xact_lock(${sql.lit(sharingLock)})`.execute(trx);
    const there = await findSharedKey(trx, owner, keyType);
    if (there !== null) return there;
    const id = await insertSecret(trx, sealed);
    await trx
      .insertInto("shared_key")
      .values({
        tenant_id: "tenantId" in owner ? owner.tenantId : null,
        edge_group_id: "tenantId" in owner ? null : owner.edgeGroupId,
        key_type: keyType,
        secret_id: id,
        spki,
        created_at: timestamp(now),
      })
      .execute();
    return { id, sealed };
  });
}

const sharingLock = 0x6b_65_79;

import type { Db } from "../database.ts";
import type { KeyPolicyName } from "../schema/key.ts";

export interface KeyPolicy {
  readonly policy: KeyPolicyName;
  /** Of `keep`: renewals with the same key; null else. */
  readonly renewals: number | null;
}

/** Holds from the next certificate on. */
export async function setEdgeGroupKeys(trx: Db, name: string, keys: KeyPolicy): Promise<void> {
  const row = { key_policy: keys.policy, key_renewals: keys.renewals };
  await trx
    .insertInto("edge_group")
    .values({ name, ...row })
    .onConflict((conflict) => conflict.column("name").doUpdateSet(row))
    .execute();
}

/** @param keys null: as its edge groups have it. */
export async function setTenantKeys(trx: Db, tenantId: string, keys: KeyPolicy | null): Promise<void> {
  await trx
    .updateTable("tenant")
    .set({ key_policy: keys?.policy ?? null, key_renewals: keys?.renewals ?? null })
    .where("id", "=", tenantId)
    .execute();
}

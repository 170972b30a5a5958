import type { ChallengeType } from "@certmill/domain";
import type { Db } from "../database.ts";
import type { EdgeGroupRow } from "../read/edge-groups.ts";
import type { ServedWhen } from "../schema/delivery.ts";
import type { KeyPolicyName } from "../schema/key.ts";

export interface KeyPolicy {
  readonly policy: KeyPolicyName;
  /** Of `keep`: renewals with the same key; null else. */
  readonly renewals: number | null;
}

/** What is to change: what is absent stays; null: as the place above has it, an edge group above a tenant. */
export interface KeysChange {
  readonly keys?: KeyPolicy | null;
  /** How long a key is kept when nothing uses it any more. */
  readonly keptDays?: number | null;
  /** Whether domains that do not say have a twin (twins.ts). */
  readonly paired?: boolean | null;
}

/** A key's policy holds from the next certificate on. A group that is new is made. @returns how it stands now. */
export async function setEdgeGroup(
  trx: Db,
  name: string,
  change: KeysChange & {
    readonly keys?: KeyPolicy;
    readonly paired?: boolean;
    readonly challenge?: ChallengeType | null;
    readonly servedWhen?: ServedWhen;
  },
): Promise<EdgeGroupRow & { readonly id: string }> {
  const { paired, challenge, servedWhen } = change;
  const row = {
    name,
    ...rowOf(change),
    ...(paired === undefined ? {} : { paired }),
    ...(challenge === undefined ? {} : { challenge }),
    ...(servedWhen === undefined ? {} : { served_when: servedWhen }),
  };
  return trx
    .insertInto("edge_group")
    .values(row)
    .onConflict((conflict) => conflict.column("name").doUpdateSet(row))
    .returning([
      "id",
      "name",
      "key_policy",
      "key_renewals",
      "keys_kept_days",
      "paired",
      "challenge",
      "served_when",
    ])
    .executeTakeFirstOrThrow();
}

export async function setTenantKeys(trx: Db, tenantId: string, change: KeysChange): Promise<void> {
  const { keys, paired } = change;
  const policy = keys === null ? { key_policy: null, key_renewals: null } : {};
  const row = { ...rowOf(change), ...policy, ...(paired === undefined ? {} : { paired }) };
  if (Object.keys(row).length === 0) return;
  await trx.updateTable("tenant").set(row).where("id", "=", tenantId).execute();
}

const rowOf = ({ keys, keptDays }: Omit<KeysChange, "paired">) => ({
  ...(keys == null ? {} : { key_policy: keys.policy, key_renewals: keys.renewals }),
  ...(keptDays === undefined ? {} : { keys_kept_days: keptDays }),
});

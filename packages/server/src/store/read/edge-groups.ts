import type { ChallengeType } from "@certmill/domain";
import type { Db } from "../database.ts";
import type { ServedWhen } from "../schema/delivery.ts";
import type { KeyPolicyName } from "../schema/key.ts";

export interface EdgeGroupRow {
  readonly name: string;
  readonly key_policy: KeyPolicyName;
  readonly key_renewals: number | null;
  /** null: as the setting has it. */
  readonly keys_kept_days: number | null;
  /** Whether domains that do not say have a twin (twins.ts). */
  readonly paired: boolean;
  /** How names are proven where their domain does not say; null: as is best. */
  readonly challenge: ChallengeType | null;
  readonly served_when: ServedWhen;
}

/** By name. */
export async function listEdgeGroups(
  db: Db,
  page: { readonly after: string | null; readonly limit: number },
): Promise<EdgeGroupRow[]> {
  return db
    .selectFrom("edge_group")
    .select(["name", "key_policy", "key_renewals", "keys_kept_days", "paired", "challenge", "served_when"])
    .$if(page.after !== null, (query) => query.where("name", ">", page.after as string))
    .orderBy("name")
    .limit(page.limit)
    .execute();
}

import type { Db } from "../database.ts";
import type { KeyPolicyName } from "../schema/key.ts";

export interface EdgeGroupRow {
  readonly name: string;
  readonly key_policy: KeyPolicyName;
  readonly key_renewals: number | null;
  /** null: as the setting has it. */
  readonly keys_kept_days: number | null;
}

/** By name. */
export async function listEdgeGroups(
  db: Db,
  page: { readonly after: string | null; readonly limit: number },
): Promise<EdgeGroupRow[]> {
  return db
    .selectFrom("edge_group")
    .select(["name", "key_policy", "key_renewals", "keys_kept_days"])
    .$if(page.after !== null, (query) => query.where("name", ">", page.after as string))
    .orderBy("name")
    .limit(page.limit)
    .execute();
}

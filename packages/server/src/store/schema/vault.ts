/** What is looked for in Vault before a first order. */
import type { Generated } from "kysely";
import type { Id, MaybeAt } from "./column.ts";

interface VaultLookTable {
  lineage_id: Id;
  wake_at: MaybeAt;
  fence: Generated<string>;
  rank: number;
}

interface VaultStandingTable {
  singleton: Generated<boolean>;
  away_since: MaybeAt;
}

export interface VaultTables {
  vault_look: VaultLookTable;
  vault_standing: VaultStandingTable;
}

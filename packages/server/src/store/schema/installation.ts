/** What there is one of. */
import type { Generated } from "kysely";
import type { DefaultAt } from "./column.ts";

interface InstallationTable {
  singleton: Generated<boolean>;
  id: Generated<string>;
  created_at: DefaultAt;
}

export interface InstallationTables {
  installation: InstallationTable;
}

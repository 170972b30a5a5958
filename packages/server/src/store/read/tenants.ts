import type { Instant } from "@certmill/domain";
import { sql } from "kysely";
import type { Db } from "../database.ts";
import type { KeyPolicyName } from "../schema/key.ts";
import { namesOfCas } from "./cas.ts";

export interface TenantRow {
  readonly name: string;
  /** Names of the CAs that its domains may have, in order of preference; null: all of the pool. */
  readonly cas: string[] | null;
  /** null: as its edge groups have it. */
  readonly key_policy: KeyPolicyName | null;
  readonly key_renewals: number | null;
  /** null: as its edge groups have it. */
  readonly keys_kept_days: number | null;
  /** Whether its domains that do not say have a twin (twins.ts); null: as their edge groups have it. */
  readonly paired: boolean | null;
  readonly created_at: Instant;
}

const selectTenants = (db: Db) =>
  db
    .selectFrom("tenant")
    .select([
      "tenant.name",
      "tenant.created_at",
      "tenant.key_policy",
      "tenant.key_renewals",
      "tenant.keys_kept_days",
      "tenant.paired",
      namesOfCas(sql`tenant.ca_ids`).as("cas"),
    ]);

/** By name. */
export async function listTenants(
  db: Db,
  page: { after: string | null; limit: number },
): Promise<TenantRow[]> {
  return selectTenants(db)
    .$if(page.after !== null, (query) => query.where("tenant.name", ">", page.after))
    .orderBy("tenant.name")
    .limit(page.limit)
    .execute();
}

export async function findTenant(db: Db, name: string): Promise<TenantRow | null> {
  return (await selectTenants(db).where("tenant.name", "=", name).executeTakeFirst()) ?? null;
}

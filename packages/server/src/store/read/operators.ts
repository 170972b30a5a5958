import type { Instant } from "@certmill/domain";
import type { Db } from "../database.ts";
import type { PersonRole } from "../schema/access.ts";

export interface OperatorRow {
  readonly id: string;
  readonly name: string;
  readonly display_name: string;
  readonly role: PersonRole;
  readonly tenant_id: string | null;
  readonly tenant: string | null;
  /** Its hash. */
  readonly password: string;
  readonly created_at: Instant;
  readonly last_sign_in_at: Instant | null;
}

const selectOperators = (db: Db) =>
  db
    .selectFrom("operator")
    .leftJoin("tenant", "tenant.id", "operator.tenant_id")
    .select([
      "operator.id",
      "operator.name",
      "operator.display_name",
      "operator.role",
      "operator.tenant_id",
      "tenant.name as tenant",
      "operator.password",
      "operator.created_at",
      "operator.last_sign_in_at",
    ]);

export async function findOperator(db: Db, name: string): Promise<OperatorRow | null> {
  return (await selectOperators(db).where("operator.name", "=", name).executeTakeFirst()) ?? null;
}

/** By name. */
export async function listOperators(
  db: Db,
  page: { readonly after: string | null; readonly limit: number },
): Promise<OperatorRow[]> {
  return selectOperators(db)
    .$if(page.after !== null, (query) => query.where("operator.name", ">", page.after))
    .orderBy("operator.name")
    .limit(page.limit)
    .execute();
}

export async function hasOperators(db: Db): Promise<boolean> {
  return (await db.selectFrom("operator").select("id").limit(1).executeTakeFirst()) !== undefined;
}

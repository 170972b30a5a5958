import type { Instant } from "@certmill/domain";
import { sql } from "kysely";
import { type Db, timestamp } from "../database.ts";
import { hasOperators } from "../read/operators.ts";
import type { PersonRole } from "../schema/access.ts";
import { ensureTenants } from "./names.ts";

export interface NewOperatorRow {
  readonly name: string;
  readonly displayName: string;
  readonly role: PersonRole;
  readonly tenant: string | null;
  /** The password's hash. */
  readonly password: string;
}

/** Adds somebody; a tenant that is new is made. @returns false: there is one of this name. */
export const insertOperator = (db: Db, operator: NewOperatorRow, now: Instant): Promise<boolean> =>
  db.transaction().execute((trx) => insertWithin(trx, operator, now));

async function insertWithin(trx: Db, operator: NewOperatorRow, now: Instant): Promise<boolean> {
  const row = await trx
    .insertInto("operator")
    .values({
      name: operator.name,
      display_name: operator.displayName,
      role: operator.role,
      tenant_id: await tenantIdOf(trx, operator.tenant, now),
      password: operator.password,
      created_at: timestamp(now),
    })
    .onConflict((conflict) => conflict.column("name").doNothing())
    .returning("id")
    .executeTakeFirst();
  return row !== undefined;
}

/** Adds the first of all. @returns false: there is somebody already. */
export async function insertFirstOperator(db: Db, operator: NewOperatorRow, now: Instant): Promise<boolean> {
  return db.transaction().execute(async (trx) => {
    await sql`lock table operator in share row exclusive mode`.execute(trx);
    return !(await hasOperators(trx)) && (await insertWithin(trx, operator, now));
  });
}

/** What is absent stays. */
export interface OperatorChangeRow {
  readonly displayName?: string;
  readonly role?: PersonRole;
  readonly tenant?: string | null;
  readonly password?: string;
}

/** Changes somebody and ends their sessions. @returns false: there is nobody of this name. */
export async function changeOperator(
  db: Db,
  name: string,
  change: OperatorChangeRow,
  now: Instant,
): Promise<boolean> {
  return db.transaction().execute(async (trx) => {
    const { displayName, role, tenant, password } = change;
    const row = await trx
      .updateTable("operator")
      .set({
        // A row that is set to what it is, too, so that it is locked.
        name,
        ...(displayName === undefined ? {} : { display_name: displayName }),
        ...(role === undefined ? {} : { role }),
        ...(password === undefined ? {} : { password }),
        ...(tenant === undefined ? {} : { tenant_id: await tenantIdOf(trx, tenant, now) }),
      })
      .where("name", "=", name)
      .returning("id")
      .executeTakeFirst();
    if (row === undefined) return false;
    await trx.deleteFrom("session").where("operator_id", "=", row.id).execute();
    return true;
  });
}

/** Removes somebody with their sessions. */
export async function removeOperator(db: Db, name: string): Promise<void> {
  await db.deleteFrom("operator").where("name", "=", name).execute();
}

async function tenantIdOf(trx: Db, tenant: string | null, now: Instant): Promise<string | null> {
  if (tenant === null) return null;
  return (await ensureTenants(trx, [tenant], now)).get(tenant) ?? null;
}

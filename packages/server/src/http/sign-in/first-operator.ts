import type { Instant } from "@certmill/domain";
import type { Db } from "../../store/database.ts";
import { hasOperators } from "../../store/read/operators.ts";
import { insertFirstOperator } from "../../store/write/operators.ts";
import { hashPassword, newPassword } from "./password.ts";

/** Somebody who was made at this start. */
export interface FirstOperator {
  readonly name: string;
  readonly password: string;
}

/** Makes an admin where nobody can sign in yet. @returns null: there is somebody. */
export async function ensureFirstOperator(db: Db, now: Instant): Promise<FirstOperator | null> {
  if (await hasOperators(db)) return null;
  const first = { name: "admin", password: newPassword() };
  const operator = {
    name: first.name,
    displayName: "Administrator",
    role: "admin",
    tenant: null,
    password: await hashPassword(first.password),
  } as const;
  return (await insertFirstOperator(db, operator, now)) ? first : null;
}

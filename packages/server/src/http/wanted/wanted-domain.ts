import { normaliseName } from "@certmill/domain";
import type { Db } from "../../store/database.ts";
import { type DomainRow, findDomain } from "../../store/read/domains.ts";
import { type Caller, tenantIdOf } from "../caller/caller.ts";
import { Refusal } from "../refusal.ts";

/** @throws {Refusal} `not-found`, also for another tenant's domain: a tenant learns nothing of others. */
export async function wantedDomain(db: Db, text: string, caller: Caller): Promise<DomainRow> {
  const normalised = normaliseName(text, "private");
  const row = normalised.ok ? await findDomain(db, normalised.name, tenantIdOf(caller)) : null;
  if (row === null) throw new Refusal("not-found", `There is no domain ${text}.`);
  return row;
}

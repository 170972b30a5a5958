/** What an operator changes about a CA. */
import type { Instant, LimitSetName } from "@certmill/domain";
import { sql } from "kysely";
import type { Db } from "../database.ts";
import { wakePlanner, wakeStranded } from "./wake-planner.ts";

/** The weight that a CA has for being the default, and loses with it; any other was chosen, and stays. */
export const defaultWeight = 100;

/** What is undefined stays as it is. */
export interface CaChange {
  readonly weight: number | undefined;
  readonly limitSet: LimitSetName | undefined;
  readonly caaIdentities: readonly string[] | undefined;
  /** null: its orders ask for none. */
  readonly profile: string | null | undefined;
  readonly maxOrdersInFlight: number | undefined;
  readonly makeDefault: boolean;
}

/** In the caller's transaction, which is to be given up when nothing is left to issue from (`hasPool`). */
export async function changeCa(trx: Db, id: string, change: CaChange, now: Instant): Promise<void> {
  const { weight, limitSet, caaIdentities, profile, maxOrdersInFlight, makeDefault } = change;
  await wakePlanner(trx, now);
  if (makeDefault) await makeItDefault(trx, id);
  const set = {
    ...(weight === undefined ? {} : { weight }),
    ...(limitSet === undefined ? {} : { limit_set: limitSet }),
    ...(caaIdentities === undefined ? {} : { caa_identities: [...caaIdentities] }),
    ...(profile === undefined ? {} : { profile }),
    ...(maxOrdersInFlight === undefined ? {} : { max_orders_in_flight: maxOrdersInFlight }),
  };
  if (Object.keys(set).length > 0) await trx.updateTable("ca").set(set).where("id", "=", id).execute();
  await wakeStranded(trx, now);
}

async function makeItDefault(trx: Db, id: string): Promise<void> {
  const current = await trx
    .selectFrom("ca")
    .select("id")
    .where("is_default", "=", true)
    .forUpdate()
    .executeTakeFirst();
  if (current?.id === id) return;
  await dropDefault(trx);
  await sql`
    update ca set is_default = true, weight = case weight when 0 then ${defaultWeight} else weight end
    where id = ${id}`.execute(trx);
}

/** The default CA ceases to be it; a weight that it had for being it goes too. */
export async function dropDefault(trx: Db): Promise<void> {
  await sql`
    update ca set is_default = false, weight = case weight when ${defaultWeight} then 0 else weight end
    where is_default`.execute(trx);
}

/** Whether any CA takes what no rule and no domain sends elsewhere. */
export async function hasPool(db: Db): Promise<boolean> {
  return (await db.selectFrom("ca").select("id").where("weight", ">", 0).executeTakeFirst()) !== undefined;
}

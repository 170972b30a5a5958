import type { Instant } from "@certmill/domain";
import { sql } from "kysely";
import { type Db, timestamp } from "../database.ts";
import { ensureTenants } from "./names.ts";
import { wakePlanner, wakeStranded } from "./wake-planner.ts";

/**
 * Says which CAs a tenant's domains may have, in the caller's transaction; a tenant that is new is made. Those of its
 * domains that wait in line join it anew, in their old place.
 *
 * @param change.caIds in order of preference; null: all of the pool.
 */
export async function setTenantCas(
  trx: Db,
  change: { readonly name: string; readonly caIds: readonly string[] | null },
  now: Instant,
): Promise<void> {
  const { name, caIds } = change;
  await wakePlanner(trx, now);
  const tenantId = (await ensureTenants(trx, [name], now)).get(name);
  if (tenantId === undefined) throw new Error("A tenant vanished right after it was made.");
  await trx
    .updateTable("tenant")
    .set({ ca_ids: caIds === null ? null : [...caIds] })
    .where("id", "=", tenantId)
    .execute();
  await sql`
    update lineage set wake_at = ${timestamp(now)} from queue
    where queue.lineage_id = lineage.id and lineage.tenant_id = ${tenantId} and lineage.ca_ids is null`.execute(
    trx,
  );
  await wakeStranded(trx, now);
}

/** What became of each name's issuances, from the database: for a test that fails, as text for a person. */
import { sql } from "kysely";
import type { Db } from "../../../packages/server/src/store/database.ts";

/** A line for each issuance, by name; one for a name that has none. */
export async function issuanceHistory(db: Db): Promise<string> {
  const { rows } = await sql<object>`
    select lineage.names[1] as name, lineage.state, lineage.wake_at,
      exists (select 1 from queue where lineage_id = lineage.id) as in_line,
      issuance.id, issuance.class, state_kind, issuance.wake_at as goes_on_at, started_at, ended_at,
      issuance.failure_code, issuance.failure_detail, replaces, certificate.not_before, certificate.not_after
    from lineage left join issuance on issuance.lineage_id = lineage.id
      left join certificate on certificate.issuance_id = issuance.id
    order by lineage.id, issuance.id`.execute(db);
  return rows.map((row) => JSON.stringify(row)).join("\n");
}

/** @throws with all that is known when an issuance has failed: what waits for its end would wait in vain. */
export async function demandNoFailure(db: Db): Promise<void> {
  const { rows } = await sql`select 1 from issuance where failure_code is not null limit 1`.execute(db);
  if (rows.length > 0) throw new Error(`An issuance failed:\n${await issuanceHistory(db)}`);
}

import type { Instant } from "@certmill/domain";
import { sql } from "kysely";
import { type Db, timestamp } from "../database.ts";
import { becomes } from "../life-sql.ts";

/**
 * Has the planner look at `at`, or before, at what waits in line: what it waits for has changed. Until the end of
 * the caller's transaction nothing is planned.
 */
export async function wakePlanner(trx: Db, at: Instant): Promise<void> {
  const when = timestamp(at);
  await sql`
    with woken as (update planner set wake_at = least(coalesce(wake_at, ${when}), ${when}) returning 1)
    select count(pg_notify('certmill_work', 'line')) from woken`.execute(trx);
}

/** Those that no CA may have stand in line again: the CAs or the rules have changed. */
export async function wakeStranded(trx: Db, now: Instant): Promise<void> {
  await sql`
    update lineage set wake_at = ${timestamp(now)}, ${becomes("resumed", now)}
    where failure_code = 'no-ca' and wake_at is null and state <> 'removed'
      and not exists (select 1 from issuance where lineage_id = lineage.id and ended_at is null)`.execute(
    trx,
  );
}

import { after, days, type Instant, leaveOut } from "@certmill/domain";
import { sql } from "kysely";
import { type Db, timestamp } from "../database.ts";
import { becomes } from "../life-sql.ts";

/** What is left out is tried again so often. */
const rejoinEvery = days(1);

/**
 * Counts a failure against the names it was about, and goes on without those that have had enough, in the transaction
 * that ended the issuance. Where all names had been tried again for a certificate that is there without them, that one is
 * renewed when it would have been.
 */
export async function leaveOutNames(
  trx: Db,
  lineageId: string,
  failure: { readonly failed: readonly string[]; readonly leaveOutAfter: number; readonly now: Instant },
): Promise<void> {
  const { failed, leaveOutAfter, now } = failure;
  const lineage = await trx
    .selectFrom("lineage")
    .select(["names", "suspects", "wake_at", "certificate_id", "all_names"])
    .where("id", "=", lineageId)
    .where("state", "<>", "removed")
    .forNoKeyUpdate()
    .executeTakeFirst();
  if (lineage === undefined) return;
  const { names, suspects, wake_at, certificate_id, all_names } = lineage;
  // One that would not be tried again is not to end for a name that it can do without.
  const outcome = leaveOut(names, {
    names: failed,
    before: suspects,
    after: wake_at === null ? 1 : leaveOutAfter,
  });
  const counted = JSON.stringify(outcome.suspects);
  if (outcome.leftOut.length === 0) {
    await sql`update lineage set suspects = ${counted}::jsonb where id = ${lineageId}`.execute(trx);
    return;
  }
  const rejoined = certificate_id !== null && all_names !== null && all_names.length === names.length;
  const at = timestamp(now);
  const rejoinAt = after(now, rejoinEvery);
  await sql`
    with going_on as (
      update lineage set ${becomes("names-left-out", now)}, names = ${[...outcome.rest]}::text[],
        all_names = coalesce(all_names, names), suspects = '{}', rejoin_at = ${timestamp(rejoinAt)},
        wake_at = ${rejoined ? sql`greatest(wanted_at, ${at})` : at}, failures = 0, failure_code = null, failure_detail = null,
        failing_since = null, unmended_since = null, avoid_ca_ids = '{}'
      where id = ${lineageId} returning id
    ), cleared as (
      update lineage_check set cleared = true, holds_order = false, watched = false, failing_since = null, failing = 0,
        wake_at = ${timestamp(rejoinAt)}, rank = 2 from going_on
      where lineage_id = going_on.id
    ), told as (
      insert into event (at, kind, lineage_id, detail)
      select ${at}, 'names.left-out', id, jsonb_build_object('names', ${[...outcome.leftOut]}::text[]) from going_on
    )
    select count(pg_notify('certmill_work', 'line')) from going_on`.execute(trx);
}

/** Who is checked before it joins the line, and who has been. */
import type { Instant } from "@certmill/domain";
import { sql } from "kysely";
import { type Db, timestamp } from "../database.ts";

export interface CheckStanding {
  readonly id: string;
  /** Of its certificate; null: it has none. */
  readonly not_after: Instant | null;
  /** Null: no check was owed yet. */
  readonly cleared: boolean | null;
  readonly in_line: boolean;
  readonly campaign_id: string | null;
}

/** Only a first order waits for a check, and only before it stands in line. */
const isToBeChecked = ({ not_after, cleared, in_line }: CheckStanding): boolean =>
  not_after === null && cleared !== true && !in_line;

/** Sends those that are to be checked there, in the transaction that has them. @returns the others. */
export async function sendToChecks<Row extends CheckStanding>(
  trx: Db,
  rows: readonly Row[],
  now: Instant,
): Promise<readonly Row[]> {
  const ready = rows.filter((row) => !isToBeChecked(row));
  const cleared = ready.filter((row) => row.cleared === true).map(({ id }) => id);
  // For this one order.
  if (cleared.length > 0)
    await sql`
    update lineage_check set cleared = false, holds_order = false, wake_at = null where lineage_id = any(${cleared}::bigint[])`.execute(
      trx,
    );
  const toCheck = rows.filter(isToBeChecked).map(({ id }) => id);
  if (toCheck.length === 0) return ready;
  await sql`
    with sent as (
      update lineage set wake_at = null where id = any(${toCheck}::bigint[]) returning id, campaign_id is not null as of_campaign
    )
    insert into lineage_check (lineage_id, wake_at, rank, holds_order)
    select id, ${timestamp(now)}, case when of_campaign then 1 else 0 end, true from sent
    on conflict (lineage_id) do update set wake_at = excluded.wake_at, rank = excluded.rank, holds_order = true`.execute(
    trx,
  );
  await sql`select pg_notify('certmill_work', 'checks')`.execute(trx);
  return ready;
}

/** Lets everybody go on who waits for a check: none is made any more. */
export async function forgetChecks(db: Db, now: Instant): Promise<void> {
  await sql`
    with waiting as (
      update lineage_check set wake_at = null, holds_order = false, watched = false, failing = 0, failing_since = null,
        ordered_anyway_at = null
      where holds_order returning lineage_id
    )
    update lineage set wake_at = ${timestamp(now)} from waiting
    where lineage.id = waiting.lineage_id and wake_at is null and certificate_id is null and state <> 'removed'
      and not exists (select 1 from issuance where issuance.lineage_id = lineage.id and ended_at is null)`.execute(
    db,
  );
}

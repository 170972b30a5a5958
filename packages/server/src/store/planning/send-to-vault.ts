/** Who is looked for in Vault before the first order, and who has been. */
import type { Instant } from "@certmill/domain";
import { sql } from "kysely";
import { type Db, timestamp } from "../database.ts";

export interface VaultStanding {
  readonly id: string;
  /** Of its certificate; null: it has none. */
  readonly not_after: Instant | null;
  readonly in_line: boolean;
  /** Whether Vault was asked for this order. */
  readonly looked: boolean;
}

/** Only a first order waits for a look, and only before it stands in line. */
const isToBeLookedFor = ({ not_after, in_line, looked }: VaultStanding): boolean =>
  not_after === null && !in_line && !looked;

/**
 * Sends those that are to be looked for there, in the transaction that has them. One that is being looked for stays as it is.
 *
 * @returns the others.
 */
export async function sendToVault<Row extends VaultStanding>(
  trx: Db,
  rows: readonly Row[],
  now: Instant,
): Promise<readonly Row[]> {
  const sent = rows.filter(isToBeLookedFor).map(({ id }) => id);
  if (sent.length === 0) return rows;
  await sql`
    with sent as (
      update lineage set wake_at = null where id = any(${sent}::bigint[])
      returning id, campaign_id is not null as of_campaign
    )
    insert into vault_look (lineage_id, wake_at, rank)
    select id, ${timestamp(now)}, case when of_campaign then 1 else 0 end from sent
    on conflict (lineage_id) do update set rank = least(vault_look.rank, excluded.rank)`.execute(trx);
  await sql`select pg_notify('certmill_work', '')`.execute(trx);
  return rows.filter((row) => !isToBeLookedFor(row));
}

/** The look was for the order that they stand in line for now; the next first order has one of its own. */
export async function endLooks(trx: Db, rows: readonly VaultStanding[]): Promise<void> {
  const looked = rows.filter((row) => row.looked).map(({ id }) => id);
  if (looked.length > 0)
    await sql`delete from vault_look where lineage_id = any(${looked}::bigint[])`.execute(trx);
}

/** Lets everybody go on who waits for a look: none is made any more. */
export async function forgetLooks(db: Db, now: Instant): Promise<void> {
  await sql`
    with forgotten as (
      delete from vault_look returning lineage_id, wake_at
    )
    update lineage set wake_at = ${timestamp(now)} from forgotten
    where lineage.id = forgotten.lineage_id and forgotten.wake_at is not null and lineage.wake_at is null
      and certificate_id is null and state not in ('removed', 'paused')
      and not exists (select 1 from issuance where issuance.lineage_id = lineage.id and ended_at is null)
      and not exists (select 1 from queue where queue.lineage_id = lineage.id)`.execute(db);
}

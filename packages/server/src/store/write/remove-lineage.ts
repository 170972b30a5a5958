import type { Instant } from "@certmill/domain";
import { sql } from "kysely";
import { type Db, timestamp } from "../database.ts";
import { endKeys, keysOfLineage } from "../key/key-ends.ts";
import { becomes } from "../life-sql.ts";
import { retryDeadlock } from "../retry-deadlock.ts";
import { unpublish } from "../unpublish.ts";

/**
 * Ends a lineage: nothing is issued for it any more, what is under way is given up, and the edges that serve
 * it are told. Its domain rows stay for the record. Removing again changes nothing.
 *
 * The live issuance is taken before the lineage, as the worker's commits do, and looked for again after it:
 * one may have been planned in between. If a worker is just then ending that one too, each has what the other
 * waits for.
 */
export async function removeLineage(db: Db, lineageId: string, now: Instant): Promise<void> {
  await retryDeadlock(() =>
    db.transaction().execute((trx) => endLineage(trx, { lineageId, reason: "asked", now })),
  );
}

/**
 * With its twin.
 *
 * @param ending.reason `asked`: somebody wants it. `moved`: its names have led elsewhere for long. `unpaired`: it is a twin,
 *   and there are to be no more pairs.
 */
export async function endLineage(
  trx: Db,
  ending: {
    readonly lineageId: string;
    readonly reason: "asked" | "moved" | "unpaired";
    readonly now: Instant;
  },
): Promise<void> {
  const { lineageId, reason, now } = ending;
  const at = timestamp(now);
  await endTwin(trx, lineageId, now);
  await cancelIssuance(trx, lineageId, { which: "any", now });
  const { rows } = await sql<{ edge_group_id: string | null; told: string }>`
    update lineage set ${becomes("removed", now)}, wake_at = null, held = false, rejoin_at = null, removed_at = ${at}
    where id = ${lineageId} and state <> 'removed'
    returning case when certificate_id is not null then edge_group_id end as edge_group_id,
      case when twin_of is null then 'domain.removed' else 'pair.ended' end as told`.execute(trx);
  await sql`delete from queue where lineage_id = ${lineageId}`.execute(trx);
  await sql`delete from lineage_check where lineage_id = ${lineageId}`.execute(trx);
  await sql`delete from vault_look where lineage_id = ${lineageId}`.execute(trx);
  await sql`delete from right_records where lineage_id = ${lineageId}`.execute(trx);
  await sql`delete from renewal where lineage_id = ${lineageId}`.execute(trx);
  const [removed] = rows;
  if (removed === undefined) return;
  await cancelIssuance(trx, lineageId, { which: "any", now });
  await sql`with ${endKeys(keysOfLineage(lineageId), now)} select 1`.execute(trx);
  await sql`
    insert into event (at, kind, lineage_id, edge_group_id, detail)
    values (${at}, ${removed.told}, ${lineageId}, ${removed.edge_group_id},
      jsonb_build_object('reason', ${reason}::text))`.execute(trx);
  await sql`select pg_notify('certmill_feed', ${removed.edge_group_id ?? ""})`.execute(trx);
}

/** Index: `lineage_twin`. */
async function endTwin(trx: Db, lineageId: string, now: Instant): Promise<void> {
  const { rows } = await sql<{ id: string }>`
    select id from lineage where twin_of = ${lineageId} and state <> 'removed'`.execute(trx);
  for (const { id } of rows) await endLineage(trx, { lineageId: id, reason: "asked", now });
}

/**
 * Ends what is under way for a lineage. What it has reserved may be spent by the time it is given up, unless an order stands that
 * nothing was made of.
 *
 * @param which `unfinalized`: only what the CA was not asked to sign yet; its certificate may be on its way else.
 */
export async function cancelIssuance(
  trx: Db,
  lineageId: string,
  { which, now }: { readonly which: "any" | "unfinalized"; readonly now: Instant },
): Promise<void> {
  await sql`
    with live as (
      select id, ca_id, order_url, csr, spending from issuance
      where lineage_id = ${lineageId} and ended_at is null and ${which === "any" ? sql`true` : sql`csr is null`} for update
    ), ended as (
      update issuance set state_kind = 'cancelled', state = '{"kind":"cancelled"}', wake_at = null,
        ended_at = ${timestamp(now)}
      from live where issuance.id = live.id returning issuance.id
    ), given_back as (
      insert into ledger_entry (ca_id, issuance_id, at, change)
      select live.ca_id, live.id, ${timestamp(now)}, jsonb_build_object('limit', s->>'limit', 'key', s->>'key',
        'kind', case when live.csr is null and live.order_url is not null then 'released' else 'settled' end)
      from live, jsonb_array_elements(live.spending) as s
      where live.order_url is null or s->>'spentAt' = 'issue'
    ),
    ${unpublish("ended", now)}
    select 1`.execute(trx);
}

import { type Instant, type Spending, takeBack } from "@certmill/domain";
import { type RawBuilder, sql } from "kysely";
import { type Db, timestamp } from "../database.ts";
import { becomes } from "../life-sql.ts";

interface PlannedRow {
  id: string;
  ca_id: string;
  spending: readonly Spending[];
  faults: number;
  was_claimed: boolean;
}

/** A campaign's issuances that are its own work. Index: `issuance_due`. */
export const takeCampaignBack = (trx: Db, campaignId: string, now: Instant): Promise<void> =>
  takePlannedBack(trx, sql`issuance.class = 'campaign' and lineage.campaign_id = ${campaignId}`, {
    reason: "campaign",
    now,
  });

/** A lineage's, as it has changed. Index: `issuance_live`. */
export const takeLineageBack = (trx: Db, lineageId: string, now: Instant): Promise<void> =>
  takePlannedBack(trx, sql`issuance.lineage_id = ${lineageId}`, { reason: "changed", now });

/**
 * Ends those for which no order is made and that no worker has; what they reserved is free again, and their lineages are
 * due, so that they stand in line when there is work to begin. One that a worker has at this moment is asking the CA already.
 */
async function takePlannedBack(
  trx: Db,
  which: RawBuilder<unknown>,
  { reason, now }: { readonly reason: "campaign" | "changed"; readonly now: Instant },
): Promise<void> {
  const at = timestamp(now);
  const { rows } = await sql<PlannedRow>`
    select issuance.id, issuance.ca_id, issuance.spending, issuance.fence > 0 as was_claimed,
      (issuance.state->>'faults')::integer as faults
    from issuance join lineage on lineage.id = issuance.lineage_id
    where issuance.ended_at is null and issuance.state_kind = 'planned' and issuance.order_url is null
      and ${which}
      and (issuance.fence = 0 or issuance.wake_at <= ${at}
        or (issuance.state->>'wakeAt')::numeric = extract(epoch from issuance.wake_at) * 1000)
    for update of issuance skip locked`.execute(trx);
  if (rows.length === 0) return;
  const changes = rows.flatMap(({ id, ca_id, spending, faults, was_claimed: wasClaimed }) =>
    takeBack({ spending, faults, wasClaimed }).map((change) => ({ ca_id, issuance_id: id, change })),
  );
  await sql`
    with ended as (
      update issuance set state_kind = 'cancelled', state = '{"kind":"cancelled"}', wake_at = null, ended_at = ${at}
      where id = any(${rows.map(({ id }) => id)}::bigint[]) returning id, lineage_id
    ), due as (
      update lineage set wake_at = ${at}, ${becomes("order-taken-back", now)}
      from ended where lineage.id = ended.lineage_id
    ), noted as (
      insert into ledger_entry (ca_id, issuance_id, at, change)
      select ca_id, issuance_id, ${at}, change
      from jsonb_to_recordset(${JSON.stringify(changes)}::jsonb)
        as entry (ca_id bigint, issuance_id bigint, change jsonb)
    )
    insert into event (at, kind, lineage_id, issuance_id, detail)
    select ${at}, 'issuance.taken-back', lineage_id, id, jsonb_build_object('reason', ${reason}::text) from ended`.execute(
    trx,
  );
}

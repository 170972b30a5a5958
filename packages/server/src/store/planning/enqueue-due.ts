/** What is due joins its line. Fairness is decided here, once for each lineage: its turn is a number that never changes. */
import {
  classOf,
  type FailedTurn,
  type Instant,
  isFailureCode,
  keptTurn,
  TurnTaking,
  type WorkClass,
} from "@certmill/domain";
import { sql } from "kysely";
import { type Db, timestamp } from "../database.ts";
import { isLeftAlone } from "../twins.ts";
import { endLineage } from "../write/remove-lineage.ts";
import { sendToChecks } from "./send-to-checks.ts";
import { endLooks, sendToVault } from "./send-to-vault.ts";

interface DueRow {
  id: string;
  tenant_id: string | null;
  campaign_id: string | null;
  twin_of: string | null;
  is_left_alone: boolean;
  ca_ids: string[] | null;
  failures: number;
  not_before: Instant | null;
  not_after: Instant | null;
  urgent: boolean;
  cleared: boolean | null;
  in_line: boolean;
  /** Whether Vault was asked for this order. */
  looked: boolean;
  /** Checks that failed in a row, where it goes on all the same. */
  failing: number | null;
  /** Its last issuance, where that failed. */
  last_class: WorkClass | null;
  last_turn: number | null;
  last_failure: string | null;
}

interface Joining {
  readonly lineageId: string;
  readonly workClass: WorkClass;
  readonly caIds: readonly string[] | null;
  readonly campaignId: string | null;
  readonly turn: number;
}

/** Whether a replacement that is under way waits for it. */
const isReplaced = sql`((
  select true from replacement_item item join replacement on replacement.id = item.replacement_id
  where item.lineage_id = lineage.id and item.replaced_at is null and item.released_at is not null
    and replacement.state in ('running', 'paused') limit 1) is not null)`;

/** Lineages that join in one round. */
const mostAtOnce = 100;

/**
 * @param due.lookFirst whether Vault is asked before a first order.
 * @param due.checkFirst whether names are checked before their first order.
 * @returns whether more are due. Indexes: `lineage_due`, `queue_parked`, `issuance_by_lineage`, `replacement_item_open`.
 */
export async function enqueueDue(
  trx: Db,
  {
    lookFirst,
    checkFirst,
    now,
  }: { readonly lookFirst: boolean; readonly checkFirst: boolean; readonly now: Instant },
): Promise<boolean> {
  await sql`
    update queue set parked_until = null, parked_for = null
    where parked_until <= ${timestamp(now)}`.execute(trx);
  // PostgreSQL weighs the orders of joins against each other, and of nine tables that took 34 ms; of a select in the list it does not.
  const { rows } = await sql<DueRow>`
    select lineage.id, lineage.tenant_id, lineage.campaign_id, lineage.failures, lineage.twin_of,
      ${isLeftAlone} as is_left_alone,
      coalesce(lineage.ca_ids, (select ca_ids from tenant where tenant.id = lineage.tenant_id)) as ca_ids,
      certificate.not_before, certificate.not_after,
      coalesce((select urgent from renewal where renewal.lineage_id = lineage.id), false)
        or certificate.revoked_at is not null or ${isReplaced} as urgent,
      lineage.twin_of is not null or lineage_check.cleared as cleared, lineage_check.failing,
      (select true from queue where queue.lineage_id = lineage.id) is not null as in_line,
      (select true from vault_look where vault_look.lineage_id = lineage.id and wake_at is null) is not null as looked,
      last.class as last_class, last.turn as last_turn, last.failure_code as last_failure
    from lineage
      left join certificate on certificate.id = lineage.certificate_id
      left join lineage_check on lineage_check.lineage_id = lineage.id
      left join lateral (
        select class, turn, failure_code from issuance where lineage_id = lineage.id order by id desc limit 1
      ) last on lineage.failing_since is not null
    where lineage.wake_at <= ${timestamp(now)}
    order by lineage.wake_at limit ${sql.lit(mostAtOnce)} for update of lineage skip locked`.execute(trx);
  if (rows.length === 0) return false;
  for (const { id, is_left_alone } of rows)
    if (is_left_alone) await endLineage(trx, { lineageId: id, reason: "unpaired", now });
  const wanted = rows.filter(({ is_left_alone }) => !is_left_alone);
  // What is taken over needs no check: nothing is asked of its names.
  const looked = lookFirst ? await sendToVault(trx, wanted, now) : wanted;
  const ready = checkFirst ? await sendToChecks(trx, looked, now) : looked;
  if (lookFirst) await endLooks(trx, ready);
  if (ready.length > 0) await joinLine(trx, ready, now);
  return rows.length === mostAtOnce;
}

async function joinLine(trx: Db, rows: readonly DueRow[], now: Instant): Promise<void> {
  const flows = await readFlows(trx, rows, now);
  const joining = rows.map((row) => join(row, flows, now));
  await insertJoining(trx, joining, now);
  await saveFlows(trx, flows);
}

const isOfCampaign = ({ campaign_id, not_after }: DueRow): boolean =>
  campaign_id !== null && not_after === null;

function classOfRow(row: DueRow, now: Instant): WorkClass {
  const { not_before: notBefore, not_after: notAfter, urgent, failures } = row;
  const certificate = notBefore === null || notAfter === null ? null : { notBefore, notAfter };
  // Where a twin comes first, its names are served already: nobody waits for it.
  const ofCampaign = isOfCampaign(row) || row.twin_of !== null;
  const workClass = classOf({ certificate, urgent, ofCampaign, failures }, now);
  // What is ordered though its check fails goes after all others.
  return workClass === "interactive" && (row.failing ?? 0) > 0 ? "campaign" : workClass;
}

/** Whose it is, among those of its class. */
const flowOf = (row: DueRow): string =>
  isOfCampaign(row) ? `campaign ${row.campaign_id}` : row.tenant_id === null ? "" : `tenant ${row.tenant_id}`;

function join(row: DueRow, flows: TurnTaking, now: Instant): Joining {
  const workClass = classOfRow(row, now);
  return {
    lineageId: row.id,
    workClass,
    caIds: row.ca_ids,
    campaignId: workClass === "campaign" && isOfCampaign(row) ? row.campaign_id : null,
    turn: keptTurn(failedTurn(row), workClass) ?? flows.next(workClass, flowOf(row)),
  };
}

function failedTurn({ last_class, last_turn: turn, last_failure: cause }: DueRow): FailedTurn | null {
  if (last_class === null || cause === null || !isFailureCode(cause)) return null;
  return { workClass: last_class, turn, cause };
}

async function readFlows(trx: Db, rows: readonly DueRow[], now: Instant): Promise<TurnTaking> {
  const { rows: flows } = await sql<{ class: WorkClass; key: string; turn: number }>`
    select class, key, turn from flow where (class, key) in (
      select * from unnest(
        ${rows.map((row) => classOfRow(row, now))}::text[], ${rows.map(flowOf)}::text[]))`.execute(trx);
  const classes = await trx.selectFrom("class_turn").select(["class", "turn"]).execute();
  return new TurnTaking(classes, flows);
}

async function saveFlows(trx: Db, flows: TurnTaking): Promise<void> {
  const moved = flows.moved();
  await sql`
    insert into flow (class, key, turn)
    select * from unnest(
      ${moved.map((flow) => flow.class)}::text[], ${moved.map(({ key }) => key)}::text[],
      ${moved.map(({ turn }) => turn)}::float8[])
    on conflict (class, key) do update set turn = excluded.turn`.execute(trx);
}

/** One that is in line already is there again with its new class, and no longer parked. */
async function insertJoining(trx: Db, joining: readonly Joining[], now: Instant): Promise<void> {
  const rows = JSON.stringify(
    joining.map(({ lineageId, workClass, caIds, campaignId, turn }) => ({
      lineage_id: lineageId,
      class: workClass,
      ca_ids: caIds,
      campaign_id: campaignId,
      turn,
    })),
  );
  await sql`
    insert into lane (class, ca_ids, campaign_id)
    select distinct class, ca_ids, campaign_id
    from jsonb_to_recordset(${rows}::jsonb) as joining (class text, ca_ids bigint[], campaign_id bigint)
    where not exists (select 1 from lane where lane.class = joining.class
      and lane.ca_ids is not distinct from joining.ca_ids
      and lane.campaign_id is not distinct from joining.campaign_id)
    on conflict do nothing`.execute(trx);
  await sql`
    with joining as (
      select * from jsonb_to_recordset(${rows}::jsonb)
        as joining (lineage_id bigint, class text, ca_ids bigint[], campaign_id bigint, turn float8)
    ), joined as (
      insert into queue (lineage_id, lane_id, turn, queued_at)
      select joining.lineage_id, lane.id, joining.turn, ${timestamp(now)}
      from joining join lane on lane.class = joining.class
        and lane.ca_ids is not distinct from joining.ca_ids
        and lane.campaign_id is not distinct from joining.campaign_id
      on conflict (lineage_id) do update set lane_id = excluded.lane_id,
        turn = least(queue.turn, excluded.turn), parked_until = null, parked_for = null
    )
    update lineage set wake_at = null from joining where lineage.id = joining.lineage_id`.execute(trx);
}

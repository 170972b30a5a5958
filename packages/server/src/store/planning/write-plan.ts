import {
  type BucketName,
  type Exemption,
  type Instant,
  planned,
  type Spending,
  type WorkClass,
} from "@certmill/domain";
import { sql } from "kysely";
import { type Db, timestamp } from "../database.ts";
import { becomes } from "../life-sql.ts";
import type { Candidate, Lane } from "./next-in-line.ts";

export interface PlannedOrder {
  readonly candidate: Candidate;
  readonly caId: string;
  readonly spending: readonly Spending[];
  readonly exemption: Exemption;
}

export interface Parked {
  readonly lineageId: string;
  readonly until: Instant;
  /** What it waits for; null: a CA that is down. */
  readonly limit: (BucketName & { readonly caId: string }) | null;
}

/** What a round has decided, as it grows. */
export interface Plan {
  readonly orders: PlannedOrder[];
  readonly parked: Parked[];
  /** Lineages that no CA may have: they rest until a person changes that. */
  readonly stranded: string[];
  /** When limits let somebody on who waits in line. */
  readonly wakes: Instant[];
  /** Whether the next round has something to do at once. */
  more: boolean;
  /** Whether somebody waits for an order in flight to end. */
  waitsForRoom: boolean;
}

/**
 * Decides whether a new issuance is traced.
 *
 * @param asked the span of the request that asked for it, as a W3C traceparent; null: nobody told one.
 * @returns its root span, as a W3C traceparent; null: it is not traced.
 */
export type BeginTrace = (asked: string | null) => string | null;

export async function writePlan(
  trx: Db,
  { orders, parked, stranded }: Plan,
  {
    lanes,
    beginTrace,
    now,
  }: { readonly lanes: readonly Lane[]; readonly beginTrace: BeginTrace; readonly now: Instant },
): Promise<void> {
  if (orders.length > 0) {
    await beginIssuances(trx, orders, { beginTrace, now });
    await moveClassTurns(trx, orders);
    await countSpent(trx, orders, now);
    await saveCeilings(trx, lanes);
  }
  if (parked.length > 0) await park(trx, parked);
  if (stranded.length > 0) await strand(trx, stranded, now);
}

/** Let's Encrypt has addresses in certificates of this profile only (https://letsencrypt.org/docs/profiles/). */
const profileOfAddresses = sql.lit("shortlived");

/** Whether one of the lineage's names is an IP address, as domain's isIpName has it. */
const hasAddress = sql`exists (select 1 from unnest(lineage.names) as name where name like '%:%' or name ~ '\\.[0-9]+$')`;

async function beginIssuances(
  trx: Db,
  orders: readonly PlannedOrder[],
  { beginTrace, now }: { readonly beginTrace: BeginTrace; readonly now: Instant },
): Promise<void> {
  const at = timestamp(now);
  const rows = JSON.stringify(
    orders.map(({ candidate, caId, spending, exemption }) => ({
      lineage_id: candidate.lineageId,
      ca_id: caId,
      class: candidate.workClass,
      spending,
      exemption,
      turn: candidate.turn,
      trace: beginTrace(candidate.askedTrace),
    })),
  );
  await sql`
    with begin as (
      select * from jsonb_to_recordset(${rows}::jsonb)
        as begin (lineage_id bigint, ca_id bigint, class text, spending jsonb, exemption text, turn float8, trace text)
    ), begun as (
      insert into issuance (lineage_id, ca_id, names, key_type, state_kind, state, wake_at, started_at, class, spending,
        exemption, turn, trace, trace_link, trace_owed, replaces, profile)
      select lineage.id, begin.ca_id, lineage.names, lineage.key_type, 'planned',
        ${JSON.stringify(planned(now))}::jsonb, ${at}, ${at}, begin.class, begin.spending,
        begin.exemption, begin.turn, begin.trace, case when begin.trace is not null then lineage.asked_trace end,
        begin.trace is not null, renewal.ari_id,
        case when lineage.profile = any(ca.profiles) then lineage.profile
          when ${hasAddress} and ${profileOfAddresses} = any(ca.profiles) then ${profileOfAddresses}
          when ca.profile = any(ca.profiles) then ca.profile end
      from begin join lineage on lineage.id = begin.lineage_id join ca on ca.id = begin.ca_id
        left join certificate held on held.id = lineage.certificate_id
        left join renewal on renewal.lineage_id = lineage.id and renewal.certificate_id = held.id
          and renewal.ca_id = begin.ca_id and held.names && lineage.names and not held.foreign_account
      returning id, lineage_id, ca_id
    ), left_line as (
      delete from queue
      where lineage_id = any(${orders.map(({ candidate }) => candidate.lineageId)}::bigint[])
    ), taken as (
      update lineage set wake_at = null, asked_trace = null, ca_id = begun.ca_id, ${becomes("order-begun", now)}
      from begun where lineage.id = begun.lineage_id
    )
    insert into event (at, kind, lineage_id, issuance_id)
    select ${at}, 'issuance.started', lineage_id, id from begun`.execute(trx);
}

async function moveClassTurns(trx: Db, orders: readonly PlannedOrder[]): Promise<void> {
  const furthest = new Map<WorkClass, number>();
  for (const { candidate } of orders)
    furthest.set(candidate.workClass, Math.max(candidate.turn, furthest.get(candidate.workClass) ?? 0));
  await sql`
    update class_turn set turn = greatest(class_turn.turn, moved.turn)
    from unnest(${[...furthest.keys()]}::text[], ${[...furthest.values()]}::float8[]) as moved (class, turn)
    where class_turn.class = moved.class`.execute(trx);
}

async function countSpent(trx: Db, orders: readonly PlannedOrder[], now: Instant): Promise<void> {
  await sql`
    insert into spent_hour (ca_id, hour, class, spender, orders)
    select ca_id, date_trunc('hour', ${timestamp(now)}::timestamptz, 'UTC'), class, spender, count(*)
    from unnest(
      ${orders.map(({ caId }) => caId)}::bigint[],
      ${orders.map(({ candidate }) => candidate.workClass)}::text[],
      ${orders.map(({ candidate }) => candidate.spender)}::text[]
    ) as spent (ca_id, class, spender)
    group by ca_id, class, spender
    on conflict (ca_id, hour, class, spender) do update set orders = spent_hour.orders + excluded.orders`.execute(
    trx,
  );
}

async function saveCeilings(trx: Db, lanes: readonly Lane[]): Promise<void> {
  for (const { campaignId, ceiling } of lanes) {
    if (campaignId === null || ceiling === null) continue;
    await trx
      .updateTable("campaign")
      .set({ full_at: ceiling.bucket.fullAt })
      .where("id", "=", campaignId)
      .execute();
  }
}

async function park(trx: Db, parked: readonly Parked[]): Promise<void> {
  await sql`
    update queue set parked_until = to_timestamp(parked.until / 1000.0), parked_for = ca.name || ' ' || parked.bucket
    from unnest(
      ${parked.map(({ lineageId }) => lineageId)}::bigint[],
      ${parked.map(({ until }) => until)}::float8[],
      ${parked.map(({ limit }) => limit?.caId ?? null)}::bigint[],
      ${parked.map(({ limit }) => (limit === null ? null : `${limit.limit} ${limit.key}`))}::text[]
    ) as parked (lineage_id, until, ca_id, bucket) left join ca on ca.id = parked.ca_id
    where queue.lineage_id = parked.lineage_id`.execute(trx);
}

async function strand(trx: Db, lineageIds: readonly string[], now: Instant): Promise<void> {
  await sql`
    with gone as (
      delete from queue where lineage_id = any(${[...lineageIds]}::bigint[]) returning lineage_id
    ), rested as (
      update lineage set ${becomes("gave-up", now)}, failure_code = coalesce(failure_code, 'no-ca'), failing_since = coalesce(failing_since, ${timestamp(now)}),
        wake_at = null
      from gone where lineage.id = gone.lineage_id
    )
    insert into event (at, kind, lineage_id, detail)
    select ${timestamp(now)}, 'issuance.failed', lineage_id, '{"code":"no-ca"}' from gone`.execute(trx);
}

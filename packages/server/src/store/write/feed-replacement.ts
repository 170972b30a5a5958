/** The steps of a mass replacement that runs or is cancelled; who takes them has its row. */
import type { Instant } from "@certmill/domain";
import { sql } from "kysely";
import { type Db, timestamp } from "../database.ts";
import { retireShared } from "../key/key-ends.ts";
import { becomes } from "../life-sql.ts";
import { isHeld, isSelected, type Selection } from "../read/selection.ts";
import { revokeReplaced } from "../replaced.ts";
import type { ReplacementState } from "../schema/replacement.ts";
import { longestDue } from "./fed-list.ts";

export interface DueReplacement {
  readonly id: string;
  readonly state: ReplacementState;
  readonly selection: Selection;
  readonly refuses_keys: boolean;
  /** 1: those of the selection are looked for; 2: others of the keys that are refused. */
  readonly pass: number;
  readonly looked_to: string;
  readonly look_until: string;
}

/** Takes the one that is longest due, until the transaction ends; one that another process has is skipped. */
export async function takeDueReplacement(trx: Db, now: Instant): Promise<DueReplacement | null> {
  const row = await trx
    .selectFrom("replacement")
    .select(["id", "state", "refuses_keys", "pass", "looked_to", "look_until"])
    .select(sql<Selection>`selection`.as("selection"))
    .$call(longestDue(now))
    .executeTakeFirst();
  return row ?? null;
}

/**
 * Goes through the next `most` certificates by their ids, and chooses those that are held and meant. In the first pass
 * the keys of those that are chosen become refused, where that is wanted; the second finds who shares one.
 */
export async function chooseNext(
  trx: Db,
  replacement: DueReplacement,
  most: number,
  now: Instant,
): Promise<void> {
  const { id, selection, refuses_keys: refuses, pass, looked_to: from, look_until: until } = replacement;
  const at = timestamp(now);
  const meant =
    pass === 1
      ? isSelected(selection)
      : sql`certificate.spki in (select spki from refused_key where replacement_id = ${id})`;
  await sql`
    with looked as materialized (
      select id from certificate where id > ${from} and id <= ${until} order by id limit ${most}
    ), chosen as (
      insert into replacement_item (replacement_id, certificate_id, lineage_id)
      select ${id}, certificate.id, lineage.id
      from looked join certificate on certificate.id = looked.id join lineage on lineage.id = certificate.lineage_id
      where ${isHeld} and ${meant}
      on conflict do nothing returning certificate_id
    ), refused as (
      insert into refused_key (spki, reason, replacement_id, refused_at)
      select distinct certificate.spki, replacement.reason, replacement.id, ${at}::timestamptz
      from chosen join certificate on certificate.id = chosen.certificate_id, replacement
      where ${refuses} and replacement.id = ${id} and certificate.spki <> ''
      on conflict (spki) do update set replacement_id = excluded.replacement_id returning spki
    ), ${retireShared(now)}
    update replacement set size = size + (select count(*) from chosen),
      looked_to = coalesce((select max(id) from looked), look_until)
    where id = ${id}`.execute(trx);
}

/** Goes through the certificates again, all of them or those that have come since, for those of the refused keys. @returns whether there are any. */
export async function lookForKeys(trx: Db, { id, pass }: DueReplacement): Promise<boolean> {
  const { rows } = await sql<{ more: boolean }>`
    update replacement set pass = 2, looked_to = case when ${pass}::integer = 1 then 0 else look_until end,
      look_until = (select coalesce(max(id), 0) from certificate)
    where id = ${id} returning looked_to < look_until as more`.execute(trx);
  return rows[0]?.more === true;
}

/** Orders in flight that the CAs allow together. */
export async function readMostInFlight(trx: Db): Promise<number> {
  const { rows } = await sql<{ most: string | null }>`
    select sum(max_orders_in_flight) as most from ca
    where exists (select 1 from account where account.ca_id = ca.id)`.execute(trx);
  return Number(rows[0]?.most ?? 0);
}

/**
 * Emergencies that are due, in line or in flight, and whatever else is due: `most` and not counted further. Indexes:
 * `lineage_due`, `queue_next`, `issuance_due`.
 */
export async function countUnderway(trx: Db, most: number, now: Instant): Promise<number> {
  const { rows } = await sql<{ count: string }>`
    select (select count(*) from (
        select 1 from lineage where wake_at <= ${timestamp(now)} limit ${most}) due)
      + (select count(*) from (
        select 1 from lane join queue on queue.lane_id = lane.id
        where lane.class = 'emergency' and queue.parked_until is null limit ${most}) line)
      + (select count(*) from issuance where ended_at is null and class = 'emergency') as count`.execute(trx);
  return Number(rows[0]?.count ?? 0);
}

/**
 * Has the next `most` ordered, in the order of their certificates. What failed before, or would not have been tried any
 * more, is tried at once: a person wants it; but not what its CA has paused. One whose renewal is under way is left to it. The lineage is taken first, as
 * a certificate that is being stored has it.
 *
 * @returns how many. Index: `replacement_item_held`.
 */
export async function releaseNext(trx: Db, id: string, most: number, now: Instant): Promise<number> {
  const at = timestamp(now);
  const { rows } = await sql<{ count: string }>`
    with next as materialized (
      select item.certificate_id, lineage.id, lineage.certificate_id = item.certificate_id as held
      from replacement_item item join lineage on lineage.id = item.lineage_id
      where item.replacement_id = ${id} and item.released_at is null and item.replaced_at is null
      order by item.certificate_id limit ${most} for update of lineage skip locked
    ), released as (
      update replacement_item set released_at = ${at}, replaced_at = case when not next.held then ${at}::timestamptz end
      from next where replacement_item.replacement_id = ${id} and replacement_item.certificate_id = next.certificate_id
    ), replaced as (
      select ${id}::bigint as replacement_id, certificate_id from next where not held
    ), ${revokeReplaced(now)}, due as (
      update lineage set ${becomes("resumed", now)}, wake_at = ${at}, wanted_at = ${at}, avoid_ca_ids = '{}'
      from next where lineage.id = next.id and next.held and lineage.state not in ('removed', 'moved', 'paused')
        and (lineage.wake_at is null or lineage.wake_at > ${at})
        and not exists (select 1 from issuance where issuance.lineage_id = lineage.id and ended_at is null)
      returning lineage.id
    ), told as (
      insert into event (at, kind, lineage_id, detail)
      select ${at}, 'replacement.due', id, jsonb_build_object('replacement', ${id}::text) from due
    )
    select count(*) from next`.execute(trx);
  return Number(rows[0]?.count ?? 0);
}

/** Index: `replacement_item_held`. */
export async function isAnyHeld(trx: Db, id: string): Promise<boolean> {
  const { rows } = await sql<{ any: boolean }>`
    select exists (select 1 from replacement_item
      where replacement_id = ${id} and released_at is null and replaced_at is null) as any`.execute(trx);
  return rows[0]?.any === true;
}

/** Whether any of its certificates is still to be replaced, by a try that is to come or under way. */
export async function isAnyUnderway(trx: Db, id: string): Promise<boolean> {
  const { rows } = await sql<{ any: boolean }>`
    select exists (
      select 1 from replacement_item item join lineage on lineage.id = item.lineage_id
      where item.replacement_id = ${id} and item.replaced_at is null and lineage.state not in ('removed', 'moved')
        and (lineage.wake_at is not null
          or exists (select 1 from queue where queue.lineage_id = lineage.id)
          or exists (select 1 from issuance where issuance.lineage_id = lineage.id and ended_at is null))
    ) as any`.execute(trx);
  return rows[0]?.any === true;
}

/** Takes up to `most` that are not replaced off the list of a cancelled one. @returns how many. */
export async function forgetItems(trx: Db, id: string, most: number): Promise<number> {
  const { rows } = await sql<{ count: string }>`
    with gone as (
      delete from replacement_item where replacement_id = ${id} and certificate_id in (
        select certificate_id from replacement_item where replacement_id = ${id} and replaced_at is null
        order by certificate_id limit ${most})
      returning 1
    )
    select count(*) from gone`.execute(trx);
  return Number(rows[0]?.count ?? 0);
}

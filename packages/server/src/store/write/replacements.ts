/** What an operator does with a mass replacement. */
import type { Instant, ReplacementPlan, RevocationReason } from "@certmill/domain";
import { sql } from "kysely";
import { type Db, timestamp } from "../database.ts";
import { retireShared } from "../key/key-ends.ts";
import { isHeld, type Selection } from "../read/selection.ts";
import type { ReplacementState } from "../schema/replacement.ts";
import { changeState, type StateChange, tellOfList, wakeWorkers } from "./fed-list.ts";

export interface NewReplacement {
  readonly selection: Selection;
  readonly reason: RevocationReason;
  readonly thenRevoke: boolean;
  /** The token that asked or the person, by name. */
  readonly who: string;
}

export type ReplacementChange = StateChange<ReplacementState>;

/** Whether no certificate is to be made for the keys of these any more. */
const refusesKeys = ({ selection, reason }: NewReplacement): boolean =>
  reason === "keyCompromise" || selection.key !== undefined;

/** It does nothing until it is started. @returns its id. */
export async function insertReplacement(db: Db, wanted: NewReplacement, now: Instant): Promise<string> {
  const { id } = await db
    .insertInto("replacement")
    .values({
      state: "draft",
      selection: JSON.stringify(wanted.selection),
      reason: wanted.reason,
      then_revoke: wanted.thenRevoke,
      refuses_keys: refusesKeys(wanted),
      created_by: wanted.who,
      created_at: timestamp(now),
    })
    .returning("id")
    .executeTakeFirstOrThrow();
  return id;
}

export interface ListedSerials {
  /** They are on the list from now on, or were before. */
  readonly listed: readonly string[];
  /** Certificates of ours that are held no more: a newer one has replaced them, or their domain is gone. */
  readonly notHeld: readonly string[];
}

/** Puts certificates on the list of a draft, by their serial numbers. Index: `certificate_by_serial`. */
export async function addSerials(trx: Db, id: string, serials: readonly string[]): Promise<ListedSerials> {
  const { rows } = await sql<{ serial: string; held: boolean }>`
    with named as (
      select certificate.id, certificate.serial, lineage.id as lineage_id, ${isHeld} as held
      from certificate join lineage on lineage.id = certificate.lineage_id
      where certificate.serial = any(${[...serials]}::text[])
    ), added as (
      insert into replacement_item (replacement_id, certificate_id, lineage_id)
      select ${id}, id, lineage_id from named where held
      on conflict do nothing returning certificate_id
    ), counted as (
      update replacement set size = size + (select count(*) from added) where id = ${id}
    )
    select serial, bool_or(held) as held from named group by serial`.execute(trx);
  return {
    listed: rows.filter(({ held }) => held).map(({ serial }) => serial),
    notHeld: rows.filter(({ held }) => !held).map(({ serial }) => serial),
  };
}

/** Begins it. What it selects by is gone through bit by bit; a key that is to be replaced is refused from this moment. */
export async function startReplacement(
  trx: Db,
  begin: { readonly id: string; readonly plan: ReplacementPlan; readonly now: Instant },
): Promise<ReplacementChange> {
  const { id, plan, now } = begin;
  const at = timestamp(now);
  return changeState(trx, { kind: "replacement", id, from: ["draft"] }, async () => {
    await sql`
      update replacement set state = 'running', started_at = ${at}, wake_at = ${at}, plan = ${JSON.stringify(plan)}::jsonb,
        pass = case when selection = '{}' then 2 else 1 end,
        look_until = case when selection <> '{}' or refuses_keys then (select coalesce(max(id), 0) from certificate) else 0 end
      where id = ${id}`.execute(trx);
    await sql`
      with refused as (
        insert into refused_key (spki, reason, replacement_id, refused_at)
        select distinct spki, reason, replacement.id, ${at}::timestamptz from replacement, lateral (
          select selection->>'key' as spki where selection->>'key' is not null
          union
          select certificate.spki from replacement_item item join certificate on certificate.id = item.certificate_id
          where item.replacement_id = replacement.id and certificate.spki <> ''
        ) key
        where replacement.id = ${id} and refuses_keys
        on conflict (spki) do update set replacement_id = excluded.replacement_id returning spki
      ), ${retireShared(now)}
      select 1`.execute(trx);
    await tellOfList(trx, "replacement.started", { id, now });
    await wakeWorkers(trx);
  });
}

/** No further certificate becomes due. */
export async function pauseReplacement(db: Db, id: string, now: Instant): Promise<ReplacementChange> {
  return db.transaction().execute((trx) =>
    changeState(trx, { kind: "replacement", id, from: ["running"] }, async () => {
      await sql`update replacement set state = 'paused', wake_at = null where id = ${id}`.execute(trx);
      await tellOfList(trx, "replacement.paused", { id, now });
    }),
  );
}

export async function resumeReplacement(db: Db, id: string, now: Instant): Promise<ReplacementChange> {
  return db.transaction().execute((trx) =>
    changeState(trx, { kind: "replacement", id, from: ["paused"] }, async () => {
      const at = timestamp(now);
      await sql`update replacement set state = 'running', wake_at = ${at} where id = ${id}`.execute(trx);
      await tellOfList(trx, "replacement.resumed", { id, now });
      await wakeWorkers(trx);
    }),
  );
}

/** Ends it: what is not replaced yet is renewed in its time, as ever. The list is forgotten bit by bit from now on. */
export async function cancelReplacement(db: Db, id: string, now: Instant): Promise<ReplacementChange> {
  const at = timestamp(now);
  const from = ["draft", "running", "paused"] as const;
  return db.transaction().execute((trx) =>
    changeState(trx, { kind: "replacement", id, from }, async () => {
      await sql`
        update replacement set state = 'cancelled', ended_at = ${at}, wake_at = ${at} where id = ${id}`.execute(
        trx,
      );
      await tellOfList(trx, "replacement.cancelled", { id, now });
      await wakeWorkers(trx);
    }),
  );
}

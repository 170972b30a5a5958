/** The records that are to be taken out of the DNS, and who may change a name's records now. */
import { randomUUID } from "node:crypto";
import { after, type Duration, type Instant } from "@certmill/domain";
import { sql } from "kysely";
import { type Db, timestamp } from "../database.ts";

export interface DueRecord {
  readonly id: string;
  readonly zone: string;
  readonly name: string;
  readonly text: string;
  /** Tries that failed. */
  readonly failures: number;
}

/**
 * Takes up to `limit`, the longest overdue first; one being taken elsewhere is skipped. Two that take the same one after
 * the other do no harm: what is gone stays gone. Index: `dns_record_due`.
 */
export async function claimDueRecords(
  db: Db,
  request: { readonly limit: number; readonly lease: Duration; readonly now: Instant },
): Promise<readonly DueRecord[]> {
  const { limit, lease, now } = request;
  const { rows } = await sql<{ id: string; zone: string; name: string; value: string; failures: number }>`
    with due as materialized (
      select id from dns_record where remove_at <= ${timestamp(now)}
      order by remove_at limit ${limit} for update skip locked
    )
    update dns_record set remove_at = ${timestamp(after(now, lease))} from due where dns_record.id = due.id
    returning dns_record.id, zone, name, value, failures`.execute(db);
  return rows.map(({ value, ...row }) => ({ ...row, text: value }));
}

/** When the next is due, the past included; null: none is. Index: `dns_record_due`. */
export async function nextRemovalAt(db: Db): Promise<Instant | null> {
  const { rows } = await sql<{ at: Instant | null }>`
    select min(remove_at) as at from dns_record where remove_at is not null`.execute(db);
  return rows[0]?.at ?? null;
}

/** Whether another one wants the same text at the same name to stay. Index: `dns_record_by_name`. */
export async function isStillWanted(
  db: Db,
  { id, name, text }: Pick<DueRecord, "id" | "name" | "text">,
): Promise<boolean> {
  const other = await db
    .selectFrom("dns_record")
    .select("id")
    .where("name", "=", name)
    .where("value", "=", text)
    .where("remove_at", "is", null)
    .where("id", "<>", id)
    .executeTakeFirst();
  return other !== undefined;
}

/** It is out of the DNS. */
export async function forgetRecord(db: Db, id: string): Promise<void> {
  await db.deleteFrom("dns_record").where("id", "=", id).execute();
}

/** It could not be taken away. */
export async function postponeRemoval(
  db: Db,
  id: string,
  { again, detail }: { readonly again: Instant; readonly detail: string },
): Promise<void> {
  await sql`
    update dns_record set remove_at = ${timestamp(again)}, failures = failures + 1, failure_detail = ${detail}
    where id = ${id}`.execute(db);
}

/** Stores a record that is nobody's challenge, and that is taken away at `removeAt` whatever comes. @returns its id. */
export async function intendTestRecord(
  db: Db,
  record: { readonly zone: string; readonly name: string; readonly text: string },
  { now, removeAt }: { readonly now: Instant; readonly removeAt: Instant },
): Promise<string> {
  const { rows } = await sql<{ id: string }>`
    insert into dns_record (provider_id, zone, name, value, intended_at, remove_at)
    select provider_id, name, ${record.name}, ${record.text}, ${timestamp(now)}, ${timestamp(removeAt)}
    from dns_zone where name = ${record.zone} returning id`.execute(db);
  const [row] = rows;
  if (row === undefined) throw new Error(`There is no zone ${record.zone}.`);
  return row.id;
}

export interface Hold extends AsyncDisposable {
  readonly name: string;
}

/**
 * Holds a name: nobody else of ours changes its records until it is given back, or until `lease` is over when this
 * process dies. @returns null: somebody else holds it.
 */
export async function holdRecordName(
  db: Db,
  name: string,
  { lease, now }: { readonly lease: Duration; readonly now: Instant },
): Promise<Hold | null> {
  const holder = randomUUID();
  const { rows } = await sql<{ name: string }>`
    insert into dns_hold (name, holder, until_at) values (${name}, ${holder}, ${timestamp(after(now, lease))})
    on conflict (name) do update set holder = excluded.holder, until_at = excluded.until_at
    where dns_hold.until_at <= ${timestamp(now)}
    returning name`.execute(db);
  if (rows.length === 0) return null;
  return {
    name,
    [Symbol.asyncDispose]: async () => {
      await db.deleteFrom("dns_hold").where("name", "=", name).where("holder", "=", holder).execute();
    },
  };
}

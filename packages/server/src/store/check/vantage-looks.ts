/** How those who check names and those who look from elsewhere find each other. Instants are the callers' clocks'. */
import { type Duration, type Instant, instant, minutes, type NameFacts, seconds } from "@certmill/domain";
import { sql } from "kysely";
import { type Db, timestamp } from "../database.ts";

/** A vantage point that has not been heard of for so long is not asked. */
const silentAfter: Duration = seconds(90);
/** Nobody waits for an answer any more. */
const forgottenAfter: Duration = minutes(5);

/** This process looks from now on, and did just now; what nobody waits for any more is swept. */
export async function announceVantage(db: Db, name: string, now: Instant): Promise<void> {
  await sql`
    insert into vantage (name, seen_at) values (${name}, ${timestamp(now)})
    on conflict (name) do update set seen_at = greatest(vantage.seen_at, excluded.seen_at)`.execute(db);
  const old = timestamp(instant(now - forgottenAfter));
  await sql`delete from vantage_look where asked_at < ${old}`.execute(db);
}

/** Before a process ends: it is asked no more. */
export async function withdrawVantage(db: Db, name: string): Promise<void> {
  await db.deleteFrom("vantage").where("name", "=", name).execute();
}

/** Those that were heard of lately, by name. */
export async function readVantages(db: Db, now: Instant): Promise<readonly string[]> {
  const { rows } = await sql<{ name: string }>`
    select name from vantage where seen_at > ${timestamp(instant(now - silentAfter))} order by name`.execute(
    db,
  );
  return rows.map(({ name }) => name);
}

/** Asks each of them to look at a name. @returns the looks, by their ids. */
export async function askVantages(
  db: Db,
  {
    name,
    vantages,
    now,
  }: { readonly name: string; readonly vantages: readonly string[]; readonly now: Instant },
): Promise<ReadonlyMap<string, string>> {
  const { rows } = await sql<{ id: string; vantage: string }>`
    with asked as (
      insert into vantage_look (vantage, name, asked_at)
      select vantage, ${name}, ${timestamp(now)} from unnest(${[...vantages]}::text[]) as vantage
      returning id, vantage
    )
    select id, vantage, pg_notify('certmill_look', vantage) from asked`.execute(db);
  return new Map(rows.map(({ id, vantage }) => [id, vantage]));
}

export interface Look {
  readonly id: string;
  readonly name: string;
}

/** Takes up to `limit` that nobody has taken, the oldest first, as long as somebody waits. Index: `vantage_look_open`. */
export async function takeLooks(
  db: Db,
  request: { readonly vantage: string; readonly limit: number; readonly now: Instant },
): Promise<readonly Look[]> {
  const { vantage, limit, now } = request;
  const { rows } = await sql<Look>`
    with open as (
      select id from vantage_look
      where vantage = ${vantage} and taken_at is null and asked_at > ${timestamp(instant(now - silentAfter))}
      order by id limit ${limit} for update skip locked
    )
    update vantage_look set taken_at = ${timestamp(now)} from open where vantage_look.id = open.id
    returning vantage_look.id, name`.execute(db);
  return rows;
}

export async function answerLook(db: Db, id: string, facts: NameFacts): Promise<void> {
  await sql`
    with answered as (
      update vantage_look set facts = ${JSON.stringify(facts)}::jsonb where id = ${id} returning id
    )
    select pg_notify('certmill_seen', id::text) from answered`.execute(db);
}

/** What has been answered of these looks; it is handed over once. */
export async function collectAnswers(
  db: Db,
  ids: readonly string[],
): Promise<readonly { readonly id: string; readonly facts: NameFacts }[]> {
  const { rows } = await sql<{ id: string; facts: NameFacts }>`
    delete from vantage_look where id = any(${[...ids]}::bigint[]) and facts is not null
    returning id, facts`.execute(db);
  return rows;
}

/** Nobody waits for these any more. */
export async function forgetLooks(db: Db, ids: readonly string[]): Promise<void> {
  if (ids.length > 0) await sql`delete from vantage_look where id = any(${[...ids]}::bigint[])`.execute(db);
}

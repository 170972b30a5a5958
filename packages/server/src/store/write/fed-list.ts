/**
 * What campaigns and mass replacements have in common: a list that is fed into the line bit by bit, which a person starts,
 * pauses, resumes and cancels. Whoever takes a step, or changes the state, has the list's row until the transaction ends.
 */
import type { EventKind, Instant } from "@certmill/domain";
import { type SelectQueryBuilder, sql } from "kysely";
import { type Db, timestamp } from "../database.ts";
import type { CampaignState } from "../schema/campaign.ts";
import type { ReplacementState } from "../schema/replacement.ts";
import type { Schema } from "../schema.ts";

interface StateOf {
  readonly campaign: CampaignState;
  readonly replacement: ReplacementState;
}

type ListKind = keyof StateOf;

/** What came of a wish: the state it found, and whether it was granted. */
export interface StateChange<State> {
  readonly was: State;
  readonly changed: boolean;
}

/** Of a query of lists: takes the one that is longest due; one that another process has is skipped. */
export const longestDue =
  (now: Instant) =>
  <Kind extends keyof Schema, Row>(query: SelectQueryBuilder<Schema, Kind, Row>) =>
    query
      .where(sql<boolean>`wake_at <= ${timestamp(now)}`)
      .orderBy(sql`wake_at`)
      .limit(1)
      .forUpdate()
      .skipLocked();

export async function lockList<Kind extends ListKind>(
  trx: Db,
  kind: Kind,
  id: string,
): Promise<StateOf[Kind]> {
  const { rows } = await sql<{ state: StateOf[Kind] }>`
    select state from ${sql.table(kind)} where id = ${id} for update`.execute(trx);
  const [row] = rows;
  if (row === undefined) throw new Error(`The ${kind} ${id} vanished.`);
  return row.state;
}

/** Takes the list's row, and grants a wish where the list is in one of the states `from`. */
export async function changeState<Kind extends ListKind>(
  trx: Db,
  list: { readonly kind: Kind; readonly id: string; readonly from: readonly StateOf[Kind][] },
  grant: () => Promise<void>,
): Promise<StateChange<StateOf[Kind]>> {
  const was = await lockList(trx, list.kind, list.id);
  if (!list.from.includes(was)) return { was, changed: false };
  await grant();
  return { was, changed: true };
}

/** When it is looked at again; null: never by itself. */
export async function wakeList(
  trx: Db,
  { kind, id }: { readonly kind: ListKind; readonly id: string },
  at: Instant | null,
): Promise<void> {
  const wakeAt = at === null ? null : timestamp(at);
  await sql`update ${sql.table(kind)} set wake_at = ${wakeAt} where id = ${id}`.execute(trx);
}

/** All of it is done. */
export async function endList(
  trx: Db,
  { kind, id, now }: { readonly kind: ListKind; readonly id: string; readonly now: Instant },
): Promise<void> {
  await sql`
    update ${sql.table(kind)} set state = 'done', ended_at = ${timestamp(now)}, wake_at = null where id = ${id}`.execute(
    trx,
  );
  await tellOfList(trx, `${kind}.done`, { id, now });
}

/** Appends a fact of a list, whose kind the event's begins with. */
export async function tellOfList(
  trx: Db,
  event: EventKind & `${ListKind}.${string}`,
  { id, now, ...more }: { readonly id: string; readonly now: Instant; readonly reason?: string },
): Promise<void> {
  const [kind = ""] = event.split(".");
  await trx
    .insertInto("event")
    .values({ at: timestamp(now), kind: event, detail: JSON.stringify({ [kind]: id, ...more }) })
    .execute();
}

/** There is something to feed. */
export const wakeWorkers = (trx: Db): Promise<unknown> =>
  sql`select pg_notify('certmill_work', 'line')`.execute(trx);

/** Counts by the hour, each event in them once; see docs/decisions/0035-views.md. */
import { type EventToTally, type Instant, milliseconds, type TallyEntry, tallyOf } from "@certmill/domain";
import { sql } from "kysely";
import { type Db, timestamp } from "./database.ts";
import type { FeedPosition } from "./read/feed-position.ts";
import { readEventsToTally, type TallyRow } from "./read/live-feed.ts";

interface PlaceRow {
  readonly xact: string;
  readonly event_id: string;
}

/**
 * Counts what happened since the last call, `limit` events at most. The place and the counts are one statement, which does
 * nothing when another process has moved the place: no event is counted twice, and none is left out.
 *
 * @returns whether there may be more at once.
 */
export async function tallyNext(db: Db, { limit, now }: { limit: number; now: Instant }): Promise<boolean> {
  const { rows } = await sql<PlaceRow>`select xact::text, event_id from tally_place`.execute(db);
  const [place] = rows;
  if (place === undefined) throw new Error("The table tally_place has lost its row.");
  const after: FeedPosition = { installation: "", xact: place.xact, id: place.event_id };
  const { events, end, isCut } = await readEventsToTally(db, after, limit);
  const entries = events.flatMap((event) => tallyOf(toTally(event)));
  const until = isCut ? (events.at(-1)?.at ?? now) : now;
  await add(db, { after, end, entries, until });
  return isCut;
}

const toTally = (row: TallyRow): EventToTally => ({
  kind: row.kind,
  at: row.at,
  took: row.duration_ms === null ? null : milliseconds(Number(row.duration_ms)),
  detail: row.detail,
  caId: row.ca_id,
  workClass: row.class,
  stored:
    row.stored_at === null || row.stored_detail === null
      ? null
      : { at: row.stored_at, detail: row.stored_detail },
});

async function add(
  db: Db,
  {
    after,
    end,
    entries,
    until,
  }: { after: FeedPosition; end: FeedPosition; entries: readonly TallyEntry[]; until: Instant },
): Promise<void> {
  await sql`
    with moved as (
      update tally_place set xact = ${end.xact}::xid8, event_id = ${end.id}, until = greatest(until, ${timestamp(until)})
      where xact = ${after.xact}::xid8 and event_id = ${after.id} returning since
    )
    insert into tally (hour, measure, ca_id, class, code, bucket, count)
    select hour, measure, ca_id, class, code, bucket, count
    from moved, jsonb_to_recordset(${summed(entries)}::jsonb)
      as added (hour timestamptz, measure text, ca_id bigint, class text, code text, bucket smallint, count bigint)
    order by measure, hour, ca_id, class, code, bucket
    on conflict (measure, hour, ca_id, class, code, bucket) do update set count = tally.count + excluded.count`.execute(
    db,
  );
}

/** One row for each that is to grow: a statement can change a row only once. */
function summed(entries: readonly TallyEntry[]): string {
  const rows = new Map<string, Record<string, unknown> & { count: number }>();
  for (const { hour, measure, caId, workClass, code, bucket } of entries) {
    const row = {
      hour: new Date(hour).toISOString(),
      measure,
      ca_id: caId ?? "0",
      class: workClass ?? "",
      code: code ?? "",
      bucket: bucket ?? 0,
    };
    const key = JSON.stringify(row);
    const known = rows.get(key);
    if (known === undefined) rows.set(key, { ...row, count: 1 });
    else known.count += 1;
  }
  return JSON.stringify([...rows.values()]);
}

/** Counts from before `before` go. Index: `tally_by_age`. */
export async function forgetTally(db: Db, before: Instant): Promise<void> {
  await sql`delete from tally where hour < ${timestamp(before)}`.execute(db);
}

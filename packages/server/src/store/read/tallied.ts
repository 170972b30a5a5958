/** What was counted by the hour, added up. Index: the key of `tally`. */
import type { Instant, WorkClass } from "@certmill/domain";
import { sql } from "kysely";
import { type Db, timestamp } from "../database.ts";

/** Hours that begin in this time; the end is excluded. */
export interface TallyWindow {
  readonly from: Instant;
  readonly to: Instant;
}

/** Between which instants what happened is in the counts. */
export async function readTalliedTime(db: Db): Promise<{ readonly since: Instant; readonly until: Instant }> {
  const { rows } = await sql<{ since: Instant; until: Instant }>`
    select since, until from tally_place`.execute(db);
  const [row] = rows;
  if (row === undefined) throw new Error("The table tally_place has lost its row.");
  return row;
}

export interface DurationCount {
  /** The window's place in the list. */
  readonly window: number;
  readonly measure: string;
  /** Null: of no class. */
  readonly workClass: WorkClass | null;
  readonly bucket: number;
  readonly count: number;
}

/** Of the measures that are durations. */
export async function readDurations(
  db: Db,
  measures: readonly string[],
  windows: readonly TallyWindow[],
): Promise<readonly DurationCount[]> {
  const { rows } = await sql<{
    window: number;
    measure: string;
    class: string;
    bucket: number;
    count: string;
  }>`
    select wanted.place::int - 1 as window, measure, class, bucket, sum(count)::bigint as count
    from ${windowRows(windows)} join tally on hour >= wanted.starts and hour < wanted.ends
    where measure = any(${[...measures]}::text[])
    group by wanted.place, measure, class, bucket`.execute(db);
  return rows.map((row) => ({
    window: row.window,
    measure: row.measure,
    workClass: row.class === "" ? null : (row.class as WorkClass),
    bucket: row.bucket,
    count: Number(row.count),
  }));
}

const windowRows = (windows: readonly TallyWindow[]) => sql`
  unnest(${windows.map(({ from }) => timestamp(from))}::timestamptz[],
    ${windows.map(({ to }) => timestamp(to))}::timestamptz[]) with ordinality as wanted (starts, ends, place)`;

export interface IssuanceCount {
  readonly caId: string;
  readonly hour: Instant;
  /** Null: it was issued. */
  readonly failure: string | null;
  readonly count: number;
}

/** Certificates issued and attempts that failed, by CA and hour. */
export async function readIssuance(db: Db, { from, to }: TallyWindow): Promise<readonly IssuanceCount[]> {
  const { rows } = await sql<{ ca_id: string; hour: Instant; code: string; count: string }>`
    select ca_id, hour, code, sum(count)::bigint as count from tally
    where measure in ('issued', 'failed') and hour >= ${timestamp(from)} and hour < ${timestamp(to)}
    group by ca_id, hour, code`.execute(db);
  return rows.map(({ ca_id, hour, code, count }) => ({
    caId: ca_id,
    hour,
    failure: code === "" ? null : code,
    count: Number(count),
  }));
}

export interface InTimeCount {
  readonly window: number;
  readonly workClass: WorkClass | null;
  readonly issued: number;
  readonly inTime: number;
}

/** Of those that were issued in each window, how many were served in time. */
export async function readInTime(db: Db, windows: readonly TallyWindow[]): Promise<readonly InTimeCount[]> {
  const { rows } = await sql<{ window: number; class: string; issued: string; in_time: string }>`
    select wanted.place::int - 1 as window, class,
      coalesce(sum(count) filter (where measure = 'issued'), 0)::bigint as issued,
      coalesce(sum(count) filter (where measure = 'in-time'), 0)::bigint as in_time
    from ${windowRows(windows)} join tally on hour >= wanted.starts and hour < wanted.ends
    where measure in ('issued', 'in-time')
    group by wanted.place, class`.execute(db);
  return rows.map((row) => ({
    window: row.window,
    workClass: row.class === "" ? null : (row.class as WorkClass),
    issued: Number(row.issued),
    inTime: Number(row.in_time),
  }));
}

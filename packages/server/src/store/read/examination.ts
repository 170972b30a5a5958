/** What `certmill doctor` and the metrics ask of the database itself. */
import { type Duration, type Instant, milliseconds } from "@certmill/domain";
import { sql } from "kysely";
import type { Database, Db } from "../database.ts";

export interface DatabaseState {
  /** Of the smallest statement: the quickest of three, so that a connection that is made for it does not count. */
  readonly roundTrip: Duration;
  /** Milliseconds that its clock is ahead of ours; negative: behind. */
  readonly clockAhead: number;
  /** Null: it is embedded. */
  readonly connections: { readonly used: number; readonly most: number } | null;
}

export async function readDatabaseState(
  db: Db,
  kind: Database["kind"],
  now: () => Instant,
): Promise<DatabaseState> {
  const looks = [await lookOnce(db, now), await lookOnce(db, now), await lookOnce(db, now)];
  const [quickest] = looks.toSorted((one, other) => one.roundTrip - other.roundTrip);
  if (quickest === undefined) throw new Error("Three looks gave none.");
  return { ...quickest, connections: kind === "embedded" ? null : await readConnections(db) };
}

async function lookOnce(db: Db, now: () => Instant): Promise<Omit<DatabaseState, "connections">> {
  const began = performance.now();
  const { rows } = await sql<{ at: Instant }>`select clock_timestamp() as at`.execute(db);
  const roundTrip = milliseconds(performance.now() - began);
  // It looked at its clock in the middle of the way there and back.
  const clockAhead = (rows[0]?.at ?? 0) - (now() - roundTrip / 2);
  return { roundTrip, clockAhead };
}

async function readConnections(db: Db): Promise<{ readonly used: number; readonly most: number }> {
  const { rows } = await sql<{ used: number; most: number }>`
    select (select count(*)::int from pg_stat_activity where backend_type = 'client backend') as used,
      current_setting('max_connections')::int - current_setting('superuser_reserved_connections')::int as most
  `.execute(db);
  return rows[0] ?? { used: 0, most: 0 };
}

/** Names whose certificates came last and are to be served: the first name of each. */
export async function listNewestNames(db: Db, most: number): Promise<string[]> {
  const { rows } = await sql<{ name: string }>`
    select domain.name from (select id from certificate order by id desc limit ${most}) as latest
      join lineage on lineage.certificate_id = latest.id and lineage.state <> 'removed'
      join domain on domain.lineage_id = lineage.id and domain.name = lineage.names[1]
    order by latest.id desc`.execute(db);
  return rows.map(({ name }) => name);
}

/**
 * What is counted over the whole fleet: by one process for all, from time to time, the more seldom the longer it takes. Who
 * asks is told as of when it is. See docs/decisions/0035-views.md.
 */
import {
  after,
  type DomainState,
  type Duration,
  days,
  domainStates,
  type Instant,
  instant,
  milliseconds,
  minutes,
  type WorkClass,
  workClasses,
} from "@certmill/domain";
import { sql } from "kysely";
import { type Db, timestamp } from "./database.ts";
import { shownState } from "./read/shown-state.ts";
import { isUndelivered } from "./served-sql.ts";

/** Instants are milliseconds since 1970. */
export interface FleetCounts {
  /** Those that were removed are not in it. */
  readonly domains: number;
  readonly byState: Readonly<Record<DomainState, number>>;
  /** Certificates to be served that have ended. */
  readonly ended: number;
  /** By the day on which they end, as `2026-11-22`, of those of the next 90 days. */
  readonly ending: Readonly<Record<string, number>>;
  /** Certificates whose renewal was due over a day ago. */
  readonly late: number;
  readonly lateSince: Instant | null;
  /** Certificates that were told to near their end, and have no successor. */
  readonly expiring: number;
  readonly queue: Readonly<Record<WorkClass, QueueCounts>>;
  /** Certificates that are on their way to edges. */
  readonly undelivered: number;
  readonly undeliveredSince: Instant | null;
}

export interface QueueCounts {
  readonly waiting: number;
  readonly parked: number;
  readonly oldest: Instant | null;
}

export interface Survey {
  readonly takenAt: Instant;
  readonly counts: FleetCounts;
}

/** Null: none was taken yet. */
export async function readSurvey(db: Db): Promise<Survey | null> {
  const { rows } = await sql<{ taken_at: Instant | null; counts: FleetCounts | null }>`
    select taken_at, counts from survey`.execute(db);
  const [row] = rows;
  return row === undefined || row.taken_at === null || row.counts === null
    ? null
    : { takenAt: row.taken_at, counts: row.counts };
}

/** Whoever takes it has so long; then another may. */
const lease = minutes(5);

/** It is taken again after so many times as long as it took: one part in so many of one core, at most. */
const restFor = 50;

/**
 * Takes the survey when it is due. Not in one transaction: a long one would hold up all who follow the feed.
 *
 * @returns when it is due next; null: another process has it, or it is not due.
 */
export async function takeSurvey(
  db: Db,
  { every, clock }: { readonly every: Duration; readonly clock: () => Instant },
): Promise<Instant | null> {
  const now = clock();
  const { rows } = await sql`
    update survey set wake_at = ${timestamp(after(now, lease))} where wake_at <= ${timestamp(now)}
    returning 1`.execute(db);
  if (rows.length === 0) return null;
  const began = performance.now();
  const counts = await countFleet(db, now);
  const took = performance.now() - began;
  const wakeAt = after(clock(), milliseconds(Math.max(every, took * restFor)));
  await sql`
    update survey set taken_at = ${timestamp(now)}, counts = ${JSON.stringify(counts)}::jsonb,
      wake_at = ${timestamp(wakeAt)}`.execute(db);
  return wakeAt;
}

const shownDays = 90;
const lateAfter = days(1);

async function countFleet(db: Db, now: Instant): Promise<FleetCounts> {
  const states = await countStates(db);
  const byState = Object.fromEntries(domainStates.map((state) => [state, states.get(state) ?? 0]));
  return {
    domains: [...states].reduce((sum, [state, count]) => sum + (state === "removed" ? 0 : count), 0),
    byState: byState as Record<DomainState, number>,
    ...(await countEnds(db, now)),
    ...(await countLate(db, now)),
    expiring: await countExpiring(db),
    queue: await countQueue(db),
    ...(await countUndelivered(db)),
  };
}

/** Of names, as people count domains; names that are left out of their certificate among them. */
async function countStates(db: Db): Promise<ReadonlyMap<DomainState, number>> {
  const { rows } = await sql<{ state: DomainState; count: string }>`
    select ${shownState} as state, sum(cardinality(coalesce(lineage.all_names, lineage.names))) as count
    from lineage left join queue on queue.lineage_id = lineage.id where lineage.twin_of is null group by 1`.execute(
    db,
  );
  return new Map(rows.map(({ state, count }) => [state, Number(count)]));
}

/** Index: `lineage_by_expiry`. */
async function countEnds(db: Db, now: Instant): Promise<Pick<FleetCounts, "ended" | "ending">> {
  const at = timestamp(now);
  const { rows } = await sql<{ day: string | null; count: string }>`
    select case when expires_at > ${at} then to_char(expires_at at time zone 'UTC', 'YYYY-MM-DD') end as day, count(*)
    from lineage
    where expires_at < date_trunc('day', ${at}::timestamptz) + ${sql.lit(`${shownDays} days`)}::interval
      and state not in ('removed', 'moved')
    group by 1`.execute(db);
  const counted = (day: string | null): number => Number(rows.find((row) => row.day === day)?.count ?? 0);
  const ending = rows.flatMap(({ day, count }) => (day === null ? [] : [[day, Number(count)] as const]));
  return { ended: counted(null), ending: Object.fromEntries(ending) };
}

/** Those that are to be renewed, and are not: a person's pause is what that person wants. */
async function countLate(db: Db, now: Instant): Promise<Pick<FleetCounts, "late" | "lateSince">> {
  const { rows } = await sql<{ count: string; since: Instant | null }>`
    select count(*), min(wanted_at) as since from lineage
    where certificate_id is not null and wanted_at < ${timestamp(instant(now - lateAfter))}
      and state in ('active', 'failing')`.execute(db);
  return { late: Number(rows[0]?.count ?? 0), lateSince: rows[0]?.since ?? null };
}

async function countExpiring(db: Db): Promise<number> {
  const { rows } = await sql<{ count: number }>`
    select count(*)::int as count from expiry_alert
      join lineage on lineage.certificate_id = expiry_alert.certificate_id
    where lineage.state not in ('removed', 'moved')`.execute(db);
  return rows[0]?.count ?? 0;
}

async function countQueue(db: Db): Promise<FleetCounts["queue"]> {
  const { rows } = await sql<{ class: WorkClass; waiting: string; parked: string; oldest: Instant }>`
    select lane.class, count(*) as waiting, count(parked_until) as parked, min(queued_at) as oldest
    from queue join lane on lane.id = queue.lane_id group by lane.class`.execute(db);
  const queue = workClasses.map((workClass) => {
    const row = rows.find((each) => each.class === workClass);
    const counts: QueueCounts = {
      waiting: Number(row?.waiting ?? 0),
      parked: Number(row?.parked ?? 0),
      oldest: row?.oldest ?? null,
    };
    return [workClass, counts] as const;
  });
  return Object.fromEntries(queue) as Record<WorkClass, QueueCounts>;
}

/** Index: `lineage_undelivered`. */
async function countUndelivered(db: Db): Promise<Pick<FleetCounts, "undelivered" | "undeliveredSince">> {
  const { rows } = await sql<{ count: string; since: Instant | null }>`
    select count(*), min(certificate.stored_at) as since
    from lineage join certificate on certificate.id = lineage.certificate_id
    where ${isUndelivered} and lineage.state <> 'removed'`.execute(db);
  return { undelivered: Number(rows[0]?.count ?? 0), undeliveredSince: rows[0]?.since ?? null };
}

/** What the whole fleet looks like in a few figures, for metrics. None of it costs a look at every domain. */
import { days, examinationLimits, type Instant, instant, minutes, type WorkClass } from "@certmill/domain";
import { sql } from "kysely";
import { type Db, timestamp } from "../database.ts";
import { isUndelivered } from "../served-sql.ts";
import { countEnding } from "./ending.ts";
import { readOldestDueAt } from "./status.ts";
import { countFailingWebhooks } from "./webhooks.ts";

export interface FleetFigures {
  readonly readAt: Instant;
  /** Since when the longest due work is due; null: nothing is. */
  readonly oldestDueAt: Instant | null;
  readonly lines: readonly LineFigures[];
  readonly parked: readonly ParkedFigures[];
  readonly renewals: RenewalFigures;
  readonly ending: number;
  readonly edgeGroups: readonly EdgeGroupFigures[];
  readonly failingWebhooks: number;
}

export interface LineFigures {
  readonly workClass: WorkClass;
  readonly inLine: number;
  readonly parked: number;
  /** Of those in line; null: none is. */
  readonly oldestAt: Instant | null;
}

export interface ParkedFigures {
  readonly ca: string;
  readonly limit: string;
  readonly lineages: number;
}

export interface RenewalFigures {
  /** Certificates whose CA's window, or three quarters of whose lifetime, has passed, and not for what a customer has to put right. */
  readonly late: number;
  /** Since when the longest due question to a CA is due; null: none is. */
  readonly oldestPollAt: Instant | null;
}

export interface EdgeGroupFigures {
  readonly name: string;
  readonly edges: number;
  readonly silent: number;
  /** Of those that are not silent: they lack one of the newest certificates, minutes after it was stored. */
  readonly behind: number;
  /** Current certificates that too few of its edges serve; more than 10,000 are not counted. */
  readonly undelivered: number;
  /** When the oldest of them was stored; null: there is none. */
  readonly oldestUndeliveredAt: Instant | null;
}

export async function readFleetFigures(db: Db, now: Instant): Promise<FleetFigures> {
  return {
    readAt: now,
    oldestDueAt: await readOldestDueAt(db, now),
    lines: await countLines(db),
    parked: await countParked(db),
    renewals: { late: await countLate(db, now), oldestPollAt: await readOldestPollAt(db, now) },
    ending: await countEnding(db, now),
    edgeGroups: await countEdges(db, now),
    failingWebhooks: await countFailingWebhooks(db),
  };
}

/** Counted over those that wait. */
async function countLines(db: Db): Promise<readonly LineFigures[]> {
  const { rows } = await sql<{
    class: WorkClass;
    in_line: string;
    parked: string;
    oldest_at: Instant | null;
  }>`
    select lane.class, count(*) filter (where parked_until is null) as in_line,
      count(*) filter (where parked_until is not null) as parked,
      min(queued_at) filter (where parked_until is null) as oldest_at
    from queue join lane on lane.id = queue.lane_id group by lane.class order by lane.class`.execute(db);
  return rows.map((row) => ({
    workClass: row.class,
    inLine: Number(row.in_line),
    parked: Number(row.parked),
    oldestAt: row.oldest_at,
  }));
}

/** By CA and limit, never by the name that the limit is of. Index: `queue_parked`. */
export async function countParked(db: Db): Promise<readonly ParkedFigures[]> {
  const { rows } = await sql<{ ca: string; limit: string; lineages: string }>`
    select split_part(parked_for, ' ', 1) as ca, split_part(parked_for, ' ', 2) as "limit", count(*) as lineages
    from queue where parked_until is not null and parked_for is not null group by 1, 2 order by 1, 2`.execute(
    db,
  );
  return rows.map(({ ca, limit, lineages }) => ({ ca, limit, lineages: Number(lineages) }));
}

/** Nobody renews sooner before the end; what ends later is not looked at. */
const earliestRenewal = days(30);

/** Of lineages that are still renewed, and whose customers have nothing to put right. Index: `renewal_ending`. */
export async function countLate(db: Db, now: Instant): Promise<number> {
  const at = timestamp(now);
  const { rows } = await sql<{ count: number }>`
    select count(*)::int as count from renewal
    where not_after <= ${timestamp(instant(now + earliestRenewal))}
      and coalesce(window_end, not_after - (not_after - not_before) / 4) <= ${at}
      and exists (select from lineage where id = renewal.lineage_id and state in ('active', 'failing')
        and unmended_since is null)`.execute(db);
  return rows[0]?.count ?? 0;
}

/** Index: `renewal_due`. */
async function readOldestPollAt(db: Db, now: Instant): Promise<Instant | null> {
  const { rows } = await sql<{ at: Instant | null }>`
    select min(poll_at) as at from renewal where poll_at <= ${timestamp(now)}`.execute(db);
  return rows[0]?.at ?? null;
}

/** What was stored since may be on its way. */
const onTheWay = minutes(5);
/** So many certificates tell whether an edge keeps up; to count all that each edge lacks would be edges times certificates. */
const newestLookedAt = 50;

/** More are not counted. */
const mostUndelivered = 10_000;

/** Indexes: `certificate_pkey`, `lineage_undelivered`, and one of delivery's. */
export async function countEdges(db: Db, now: Instant): Promise<readonly EdgeGroupFigures[]> {
  const heardSince = timestamp(instant(now - examinationLimits.mostSilence));
  const { rows } = await sql<{
    name: string;
    edges: number;
    silent: number;
    behind: number;
    undelivered: number;
    oldest_at: Instant | null;
  }>`
    with newest as materialized (
      select certificate.id, certificate.lineage_id, lineage.edge_group_id
      from (select id, lineage_id from certificate where stored_at <= ${timestamp(instant(now - onTheWay))}
          order by id desc limit ${newestLookedAt}) certificate
        join lineage on lineage.id = certificate.lineage_id and lineage.certificate_id = certificate.id
      where lineage.state <> 'removed'
    ), stood as (
      select edge_group_id, last_seen_at <= ${heardSince} as is_silent,
        exists (select from newest left join delivery on delivery.edge_id = edge.id
            and delivery.lineage_id = newest.lineage_id and delivery.certificate_id >= newest.id and delivery.error is null
          where newest.edge_group_id = edge.edge_group_id and delivery.edge_id is null) as lacks
      from edge
    )
    select edge_group.name, count(*)::int as edges, count(*) filter (where is_silent)::int as silent,
      count(*) filter (where lacks and not is_silent)::int as behind,
      min(undelivered.count) as undelivered,
      (select stored_at from certificate where id = min(undelivered.oldest)) as oldest_at
    from stood join edge_group on edge_group.id = stood.edge_group_id,
      lateral (select count(*)::int as count, min(certificate_id) as oldest
        from (select certificate_id from lineage
          where lineage.edge_group_id = edge_group.id and ${isUndelivered} and state <> 'removed'
          order by id limit ${mostUndelivered}) late) undelivered
    group by edge_group.name order by edge_group.name`.execute(db);
  return rows.map(({ name, edges, silent, behind, undelivered, oldest_at }) => ({
    name,
    edges,
    silent,
    behind,
    undelivered,
    oldestUndeliveredAt: oldest_at,
  }));
}

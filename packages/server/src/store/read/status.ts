import {
  after,
  type DomainState,
  days,
  domainStates,
  type Instant,
  type IssuanceKind,
} from "@certmill/domain";
import { sql } from "kysely";
import { type Db, timestamp } from "../database.ts";
import { shownState } from "./shown-state.ts";

type Step = "ordering" | "validating" | "finalizing";

/** Of the live states of an issuance. */
const stepOfState: Readonly<Record<IssuanceKind, Step | null>> = {
  planned: "ordering",
  ordered: "ordering",
  placing: "validating",
  publishing: "validating",
  propagating: "validating",
  challenging: "validating",
  validating: "validating",
  diagnosing: "validating",
  ready: "finalizing",
  finalizing: "finalizing",
  processing: "finalizing",
  downloading: "finalizing",
  issued: null,
  abandoned: null,
};

export interface StatusCounts {
  readonly domains: Readonly<Record<DomainState, number>>;
  readonly issuancesInFlight: number;
  /** In names, as `domains` is. */
  readonly steps: Readonly<Record<Step, number>>;
  readonly dueNow: number;
  readonly oldestDueAt: Instant | null;
  readonly certificates: number;
  readonly expiringWithin7Days: number;
}

/** Counted over the whole fleet: for a person's look, not for a loop. */
export async function countStatus(db: Db, now: Instant): Promise<StatusCounts> {
  const at = timestamp(now);
  const states = await sql<{ state: DomainState; count: string }>`
    select ${shownState} as state, count(*) from domain join lineage on lineage.id = domain.lineage_id
      left join queue on queue.lineage_id = lineage.id
    group by 1`.execute(db);
  const live = await sql<LiveCount>`
    select state_kind, count(*), sum(cardinality(names)) as names
    from issuance where ended_at is null group by state_kind`.execute(db);
  const { rows } = await sql<{
    due_now: string;
    oldest_due_at: Instant | null;
    certificates: string;
    expiring: string;
  }>`
    select
      (select count(*) from issuance where ended_at is null and wake_at <= ${at})
        + (select count(*) from lineage where wake_at <= ${at}) as due_now,
      ${oldestDueAt(at)} as oldest_due_at,
      (select count(*) from certificate) as certificates,
      (select count(*) from lineage join certificate on certificate.id = lineage.certificate_id
        where lineage.state <> 'removed' and certificate.not_after < ${timestamp(after(now, days(7)))}) as expiring
  `.execute(db);
  const [row] = rows;
  if (row === undefined) throw new Error("A select without a table gave no row.");
  const counted = new Map(states.rows.map(({ state, count }) => [state, Number(count)]));
  return {
    domains: recordOf(domainStates, (state) => counted.get(state) ?? 0),
    issuancesInFlight: live.rows.reduce((sum, { count }) => sum + Number(count), 0),
    steps: countSteps(live.rows),
    dueNow: Number(row.due_now),
    oldestDueAt: row.oldest_due_at,
    certificates: Number(row.certificates),
    expiringWithin7Days: Number(row.expiring),
  };
}

/** Since when what is due longest is due; null: nothing is. Indexes: `issuance_due`, `lineage_due`. */
const oldestDueAt = (at: ReturnType<typeof timestamp>) => sql<Instant | null>`least(
    (select min(wake_at) from issuance where ended_at is null and wake_at <= ${at}),
    (select min(wake_at) from lineage where wake_at <= ${at})
  )`;

export async function readOldestDueAt(db: Db, now: Instant): Promise<Instant | null> {
  const { rows } = await sql<{ at: Instant | null }>`select ${oldestDueAt(timestamp(now))} as at`.execute(db);
  return rows[0]?.at ?? null;
}

const recordOf = <Key extends string, Value>(keys: readonly Key[], valueOf: (key: Key) => Value) =>
  Object.fromEntries(keys.map((key) => [key, valueOf(key)])) as Record<Key, Value>;

interface LiveCount {
  readonly state_kind: IssuanceKind;
  readonly count: string;
  /** Of their certificates. */
  readonly names: string;
}

function countSteps(live: readonly LiveCount[]): Record<Step, number> {
  const steps = { ordering: 0, validating: 0, finalizing: 0 };
  for (const { state_kind, names } of live) {
    const step = stepOfState[state_kind];
    if (step !== null) steps[step] += Number(names);
  }
  return steps;
}

export interface CaLoad {
  readonly name: string;
  readonly directory_url: string;
  readonly is_default: boolean;
  readonly max_orders_in_flight: number;
  readonly in_flight: string;
}

/** Index: `issuance_live_by_ca`. */
export async function listCaLoads(db: Db): Promise<CaLoad[]> {
  const { rows } = await sql<CaLoad>`
    select name, directory_url, is_default, max_orders_in_flight,
      (select count(*) from issuance where ca_id = ca.id and ended_at is null) as in_flight
    from ca order by name`.execute(db);
  return rows;
}

export interface EdgeLag {
  readonly name: string;
  readonly group: string;
  readonly last_seen_at: Instant;
  /** Current certificates of its group that the edge has not said it serves. */
  readonly behind: string;
  /** Of pairs, the RSA certificates that it does not take. */
  readonly half_pairs: string;
}

/** Counted for each edge over all of its group: for a person's look. */
export async function listEdgeLags(db: Db): Promise<EdgeLag[]> {
  const { rows } = await sql<EdgeLag>`
    select edge.name, edge_group.name as "group", edge.last_seen_at,
      (select count(*) from lineage
        where lineage.edge_group_id = edge.edge_group_id and lineage.certificate_id is not null
          and lineage.state <> 'removed' and (edge.takes_twins or lineage.twin_of is null))
      - (select count(*) from delivery
          join lineage on lineage.id = delivery.lineage_id and lineage.certificate_id = delivery.certificate_id
        where delivery.edge_id = edge.id and delivery.error is null and lineage.state <> 'removed'
          and (edge.takes_twins or lineage.twin_of is null)) as behind,
      (select count(*) from lineage
        where not edge.takes_twins and lineage.edge_group_id = edge.edge_group_id and lineage.twin_of is not null
          and lineage.certificate_id is not null and lineage.state <> 'removed') as half_pairs
    from edge join edge_group on edge_group.id = edge.edge_group_id
    order by edge_group.name, edge.name`.execute(db);
  return rows;
}

/** The database's own word on what it is, such as `PostgreSQL 15.14`. */
export async function readDatabaseVersion(db: Db): Promise<string> {
  const { rows } = await sql<{
    version: string;
  }>`select current_setting('server_version') as version`.execute(db);
  return `PostgreSQL ${rows[0]?.version.split(" ")[0] ?? "of an unknown version"}`;
}

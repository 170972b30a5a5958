/** What an operator is told to look at, beside what surveys count. Each is bounded by what is wrong, not by the fleet. */
import { type Instant, instant, minutes } from "@certmill/domain";
import { sql } from "kysely";
import { type Db, timestamp } from "../database.ts";
import { isAlive } from "../served-sql.ts";

export interface EdgeTrouble {
  readonly total: number;
  /** Not heard of for 15 minutes. */
  readonly silent: number;
  readonly refusing: number;
  /** Those of the two kinds, at most as many as were asked for. */
  readonly behind: readonly {
    readonly name: string;
    readonly group: string;
    readonly last_seen_at: Instant;
    readonly silent: boolean;
    readonly refused: number;
  }[];
}

/** Index: `delivery_refused`. */
export async function readEdgeTrouble(
  db: Db,
  { most, now }: { readonly most: number; readonly now: Instant },
): Promise<EdgeTrouble> {
  const { rows } = await sql<
    EdgeTrouble["behind"][number] & { total: number; silent_count: number; refusing_count: number }
  >`
    with refused as materialized (
      select delivery.edge_id, count(*)::int as refused from delivery join lineage on lineage.id = delivery.lineage_id
      where delivery.error is not null and lineage.certificate_id = delivery.certificate_id and lineage.state <> 'removed'
      group by delivery.edge_id
    ), known as materialized (
      select edge.name, edge_group.name as "group", edge.last_seen_at, not (${isAlive(now)}) as silent,
        coalesce(refused.refused, 0) as refused
      from edge join edge_group on edge_group.id = edge.edge_group_id left join refused on refused.edge_id = edge.id
    ), counted as (
      select count(*)::int as total, (count(*) filter (where silent))::int as silent_count,
        (count(*) filter (where refused > 0))::int as refusing_count from known
    )
    select counted.*, behind.* from counted left join lateral (
      select * from known where silent or refused > 0 order by silent desc, refused desc, "group", name limit ${most}
    ) behind on true`.execute(db);
  return {
    total: rows[0]?.total ?? 0,
    silent: rows[0]?.silent_count ?? 0,
    refusing: rows[0]?.refusing_count ?? 0,
    behind: rows
      .filter((row) => row.name !== null)
      .map(({ name, group, last_seen_at, silent, refused }) => ({
        name,
        group,
        last_seen_at,
        silent,
        refused,
      })),
  };
}

/** What is due is begun within seconds; a check waits for others of its rank. */
const patience = { work: minutes(5), checks: minutes(15) };

/** Work, and checks that somebody waits for, that were due for long. Indexes: `issuance_due`, `vault_look_due`, `lineage_check_due`. */
export async function readOverdue(
  db: Db,
  now: Instant,
): Promise<{ readonly work: Instant | null; readonly checks: Instant | null }> {
  const before = (patience: number): Date => timestamp(instant(now - patience));
  const { rows } = await sql<{ work: Instant | null; checks: Instant | null }>`
    select
      least(
        (select min(wake_at) from issuance where ended_at is null and wake_at < ${before(patience.work)}),
        (select min(wake_at) from vault_look where rank = 0 and wake_at < ${before(patience.work)})) as work,
      (select min(wake_at) from lineage_check where rank = 0 and wake_at < ${before(patience.checks)}) as checks`.execute(
    db,
  );
  return rows[0] ?? { work: null, checks: null };
}

/**
 * What became of domains between two instants: where each stood before, and where it stands after. One that failed and
 * healed in between has not changed. Index: `event_changing`; the cost is what happened in that time, not the fleet.
 */
import type { EventDetail, Instant } from "@certmill/domain";
import { type RawBuilder, sql } from "kysely";
import { type Db, timestamp } from "../database.ts";

export const changeKinds = ["failing", "healed", "given-up", "paused", "moved", "removed"] as const;

export type ChangeKind = (typeof changeKinds)[number];

/** As far as events tell it: `active` has its certificate, `failing` is tried again, `failed` is given up. */
export type Standing = "active" | "failing" | "failed" | "paused" | "moved" | "removed";

export interface ChangeFilter {
  /** Excluded. */
  readonly since: Instant;
  /** Included. */
  readonly until: Instant;
  readonly tenant: string | null;
}

/** Letter by letter the condition of the index `event_changing`. */
const isChanging: RawBuilder<unknown> = sql`
  kind in ('issuance.failed', 'check.failed', 'certificate.stored',
  'certificate.imported', 'domain.given-up', 'domain.paused', 'domain.moved', 'domain.returned', 'domain.removed')
  and not (kind = 'check.failed' and detail ->> 'holds' = 'false')`;

const standing = (kind: RawBuilder<unknown>): RawBuilder<unknown> => sql`
  case ${kind}
    when 'issuance.failed' then 'failing' when 'check.failed' then 'failing' when 'certificate.stored' then 'active'
    when 'certificate.imported' then 'active' when 'domain.returned' then 'active' when 'domain.given-up' then 'failed'
    when 'domain.paused' then 'paused' when 'domain.moved' then 'moved' when 'domain.removed' then 'removed' end`;

/** Null where the two are the same to an operator: a given-up one that is tried again and fails was failing before. */
const changeOf = sql`
  case when stood.after = stood.before then null
    when stood.after = 'failing' and stood.before in ('failed', 'paused') then null
    when stood.after = 'active' and (stood.before is null or stood.before = 'removed') then null
    when stood.after = 'active' then 'healed'
    when stood.after = 'failed' then 'given-up'
    else stood.after end`;

/** `event_id` is the last event of the time. What was before it is looked up by `event_by_lineage`. */
const changed = ({ since, until, tenant }: ChangeFilter): RawBuilder<unknown> => sql`
  told as (
    select lineage_id, min(id) as first_id, max(id) as event_id, (array_agg(kind order by id desc))[1] as kind
    from event
    where ${isChanging} and at > ${timestamp(since)} and at <= ${timestamp(until)} and lineage_id is not null
    group by lineage_id
  ), changed as (
    select stood.*, ${changeOf} as change
    from (
      select told.lineage_id, told.event_id, ${standing(sql`told.kind`)} as after, (
        select ${standing(sql`kind`)} from event
        where lineage_id = told.lineage_id and id < told.first_id and ${isChanging} order by id desc limit 1
      ) as before
      from told
    ) stood join lineage on lineage.id = stood.lineage_id left join tenant on tenant.id = lineage.tenant_id
    where ${tenant}::text is null or tenant.name = ${tenant}
  )`;

export type ChangeCounts = Readonly<Record<ChangeKind, number>>;

export async function countChanges(db: Db, filter: ChangeFilter): Promise<ChangeCounts> {
  const { rows } = await sql<{ change: ChangeKind; count: number }>`
    with ${changed(filter)}
    select change, count(*)::int as count from changed where change is not null group by 1`.execute(db);
  const count = (kind: ChangeKind): number => rows.find(({ change }) => change === kind)?.count ?? 0;
  return {
    failing: count("failing"),
    healed: count("healed"),
    "given-up": count("given-up"),
    paused: count("paused"),
    moved: count("moved"),
    removed: count("removed"),
  };
}

export interface ChangeRow {
  readonly lineage_id: string;
  readonly names: string[];
  readonly tenant: string | null;
  readonly change: ChangeKind;
  /** Null: it had had no certificate, and no failure. */
  readonly before: Standing | null;
  readonly after: Standing;
  readonly at: Instant;
  readonly kind: string;
  readonly detail: EventDetail;
}

/** One by one, the oldest domain first. */
export async function listChanges(
  db: Db,
  page: {
    readonly filter: ChangeFilter;
    readonly change: ChangeKind | null;
    readonly after: string | null;
    readonly limit: number;
  },
): Promise<readonly ChangeRow[]> {
  const { filter, change, after, limit } = page;
  const { rows } = await sql<ChangeRow>`
    with ${changed(filter)}
    select changed.lineage_id, lineage.names, tenant.name as tenant, changed.change, changed.before, changed.after,
      event.at, event.kind, event.detail
    from (
      select * from changed
      where change is not null and (${change}::text is null or change = ${change})
        and lineage_id > coalesce(${after}::bigint, 0)
      order by lineage_id limit ${limit}
    ) changed join event on event.id = changed.event_id join lineage on lineage.id = changed.lineage_id
      left join tenant on tenant.id = lineage.tenant_id
    order by changed.lineage_id`.execute(db);
  return rows;
}

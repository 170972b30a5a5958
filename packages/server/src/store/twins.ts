/**
 * Pairs as SQL: the one place that says who has a twin, and how a twin follows the lineage whose it is. A twin has the names
 * of the other's last certificate, and comes with the first one; all else it does as any lineage does.
 */
import type { Instant } from "@certmill/domain";
import { type RawBuilder, sql } from "kysely";
import { timestamp } from "./database.ts";
import { becomesState, stateAfter } from "./life-sql.ts";

/** Whether a lineage is to have a twin: as its domain says, else its tenant, else its edge group. */
const isToHaveTwin = (of: "lineage" | "main"): RawBuilder<boolean> => sql`(
  ${sql.ref(of)}.key_type = 'p256' and ${sql.ref(of)}.twin_of is null and coalesce(${sql.ref(of)}.paired,
    (select tenant.paired from tenant where tenant.id = ${sql.ref(of)}.tenant_id),
    (select edge_group.paired from edge_group where edge_group.id = ${sql.ref(of)}.edge_group_id)))`;

/** Of `lineage`. */
export const isPaired = isToHaveTwin("lineage");

/** Of `lineage`: it is the twin of one that is not to have one any more. */
export const isLeftAlone: RawBuilder<boolean> = sql`(lineage.twin_of is not null and not exists (
  select 1 from lineage main where main.id = lineage.twin_of and ${isToHaveTwin("main")}))`;

/** The ids of a lineage and of all its twins, those that were ended among them. Index: `lineage_twins`. */
export const withTwins = (lineageId: string): RawBuilder<unknown> => sql`
  any(array(select ${lineageId}::bigint union all select id from lineage where twin_of = ${lineageId}))`;

/** Of a twin that is to be issued now: it has no certificate, or one for other names, or nothing is tried any more. */
const wantsOne = sql`(lineage.certificate_id is null or lineage.names <> excluded.names
  or lineage.state in ('paused', 'failed', 'moved'))`;

/** Of `lineage`: it is about to be issued. */
const isUnderWay = sql`(
  exists (select 1 from issuance where issuance.lineage_id = lineage.id and issuance.ended_at is null)
  or exists (select 1 from queue where queue.lineage_id = lineage.id))`;

/**
 * Needs a preceding `current (id, names)`: the lineages that have a new certificate, with its names. Their twins are made, or
 * have the same names from now on; one whose lineage is no longer to have one is due, so that the planner ends it. Index:
 * `lineage_twin`.
 */
export const followTwins = (now: Instant): RawBuilder<unknown> => sql`
  twins as (
    insert into lineage (tenant_id, ca_id, ca_ids, edge_group_id, names, key_type, profile, challenge, state, wake_at,
      wanted_at, created_at, twin_of)
    select lineage.tenant_id, lineage.ca_id, lineage.ca_ids, lineage.edge_group_id, current.names, 'rsa2048',
      lineage.profile, lineage.challenge, 'waiting', ${timestamp(now)}::timestamptz, ${timestamp(now)}::timestamptz,
      ${timestamp(now)}::timestamptz, lineage.id
    from current join lineage on lineage.id = current.id where ${isPaired}
    on conflict (twin_of) where twin_of is not null and state <> 'removed' do update set names = excluded.names,
      ${becomesState(sql`(case when ${wantsOne} then ${stateAfter("resumed")} else lineage.state end)`, now)},
      unmended_since = case when not ${wantsOne} then lineage.unmended_since end,
      avoid_ca_ids = case when ${wantsOne} then '{}' else lineage.avoid_ca_ids end,
      wake_at = case when ${wantsOne} and not ${isUnderWay} then excluded.wake_at else lineage.wake_at end
    returning id
  ), told_of_twins as (
    insert into event (at, kind, lineage_id)
    select ${timestamp(now)}, 'pair.begun', id from twins
    where not exists (select 1 from lineage where lineage.id = twins.id)
  ), alone as (
    update lineage set wake_at = ${timestamp(now)} from current
    where lineage.twin_of = current.id and lineage.state <> 'removed' and not ${isUnderWay} and ${isLeftAlone}
  )`;

/**
 * What fails in the whole fleet: certificates whose last attempt failed, and first orders that wait for a check.
 * Indexes: `lineage_failing`, `lineage_check_failing`; the cost is what fails, not what there is.
 */
import { days, type Finding, type Instant, instant } from "@certmill/domain";
import { type RawBuilder, sql } from "kysely";
import { type Db, timestamp } from "../database.ts";

export type FailureGrouping = "reason" | "tenant" | "campaign" | "ca";

export interface FailingFilter {
  readonly reason: string | null;
  readonly tenant: string | null;
  readonly campaign: string | null;
  readonly ca: string | null;
}

/** `finding` is the check's first fault, where the first order waits for a check. */
const failing = ({ reason, tenant, campaign, ca }: FailingFilter): RawBuilder<unknown> => sql`
  failing as (
    select lineage.id, lineage.names, lineage.certificate_id, lineage.failures, lineage.failure_detail, lineage.wake_at,
      tenant.name as tenant, campaign.name as campaign, ca.name as ca, waits.finding, waits.wake_at as check_at,
      coalesce(waits.finding ->> 'code', lineage.failure_code, 'unknown') as reason,
      least(lineage.failing_since, waits.failing_since) as since
    from (
      select id from lineage where failing_since is not null and state <> 'removed'
      union select lineage_id from lineage_check where failing_since is not null and holds_order
    ) each join lineage on lineage.id = each.id
      left join lateral (
        select jsonb_path_query_first(findings, '$[*] ? (@.weight == "fault")') as finding, failing_since, wake_at
        from lineage_check
        where lineage_id = each.id and failing_since is not null and holds_order
      ) waits on true
      left join tenant on tenant.id = lineage.tenant_id
      left join campaign on campaign.id = lineage.campaign_id
      join ca on ca.id = lineage.ca_id
    where lineage.state <> 'removed'
      and (${tenant}::text is null or tenant.name = ${tenant})
      and (${campaign}::text is null or campaign.name = ${campaign})
      and (${ca}::text is null or ca.name = ${ca})
      and (${reason}::text is null or coalesce(waits.finding ->> 'code', lineage.failure_code, 'unknown') = ${reason})
  )`;

export interface FailingGroup {
  /** The reason's code, or a name; null: of no tenant, or of no campaign. */
  readonly key: string | null;
  readonly certificates: number;
  readonly domains: number;
  /** Of the certificates, those that a valid one is held for: renewals. */
  readonly renewals: number;
  /** Of the certificates, those that have failed for less than a day. */
  readonly recent: number;
  readonly oldest: Instant;
  /** The primary names of a few. */
  readonly examples: readonly string[];
  /** The finding of the first example; null: it waits for no check. */
  readonly finding: Finding | null;
}

const shownExamples = 3;

/** The largest first. @returns up to `limit` groups. */
export async function countFailing(
  db: Db,
  request: {
    readonly by: FailureGrouping;
    readonly filter: FailingFilter;
    readonly limit: number;
    readonly now: Instant;
  },
): Promise<readonly FailingGroup[]> {
  const { by, filter, limit, now } = request;
  const yesterday = timestamp(instant(now - days(1)));
  const { rows } = await sql<FailingGroup>`
    with ${failing(filter)}
    select ${sql.ref(by)} as key, count(*)::int as certificates, sum(cardinality(names))::int as domains,
      count(certificate_id)::int as renewals, (count(*) filter (where since > ${yesterday}))::int as recent,
      min(since) as oldest, (array_agg(names[1] order by id))[1:${sql.lit(shownExamples)}] as examples,
      (array_agg(finding order by id))[1] as finding
    from failing group by 1 order by certificates desc, key limit ${limit}`.execute(db);
  return rows;
}

export interface FailingRow {
  readonly id: string;
  readonly names: string[];
  readonly tenant: string | null;
  readonly campaign: string | null;
  readonly ca: string;
  readonly reason: string;
  readonly finding: Finding | null;
  readonly failure_detail: string | null;
  readonly failures: number;
  readonly certificate_id: string | null;
  readonly since: Instant;
  readonly wake_at: Instant | null;
  readonly check_at: Instant | null;
}

/** One by one, the oldest domain first. */
export async function listFailing(
  db: Db,
  page: { readonly filter: FailingFilter; readonly after: string | null; readonly limit: number },
): Promise<readonly FailingRow[]> {
  const { filter, after, limit } = page;
  const { rows } = await sql<FailingRow>`
    with ${failing(filter)}
    select * from failing where id > coalesce(${after}::bigint, 0) order by id limit ${limit}`.execute(db);
  return rows;
}

import type { Instant } from "@certmill/domain";
import { sql } from "kysely";
import type { Db } from "../database.ts";

export interface FailureCount {
  readonly code: string;
  readonly certificates: number;
  readonly domains: number;
  /** The primary names of a few. */
  readonly examples: readonly string[];
}

const shownExamples = 3;

/** What a cancelled campaign has removed is still its failure; what was removed before is nobody's. */
const failing = (id: string) => sql`
  lineage where campaign_id = ${id} and certificate_id is null and failure_code is not null
    and (state <> 'removed' or removed_at >= (select ended_at from campaign where campaign.id = ${id}))`;

/** Those without a certificate whose last attempt failed, by why; the most frequent first. Index: `lineage_enrolling`. */
export async function countFailures(db: Db, campaignId: string): Promise<FailureCount[]> {
  const { rows } = await sql<{ code: string; certificates: string; domains: string; examples: string[] }>`
    select failure_code as code, count(*) as certificates, sum(cardinality(names)) as domains,
      (array_agg(names[1] order by id))[1:${sql.lit(shownExamples)}] as examples
    from ${failing(campaignId)}
    group by failure_code order by count(*) desc, failure_code`.execute(db);
  return rows.map(({ code, certificates, domains, examples }) => ({
    code,
    certificates: Number(certificates),
    domains: Number(domains),
    examples,
  }));
}

export interface FailureRow {
  readonly id: string;
  readonly names: string[];
  readonly tenant: string | null;
  readonly ca: string;
  readonly failure_code: string;
  readonly failure_detail: string | null;
  readonly failures: number;
  readonly wake_at: Instant | null;
}

/** One by one, in the order of the list. @param page.code only those of this code; null: all. */
export async function listFailures(
  db: Db,
  campaignId: string,
  page: { readonly code: string | null; readonly after: string | null; readonly limit: number },
): Promise<FailureRow[]> {
  const { rows } = await sql<FailureRow>`
    select failing.id, failing.names, tenant.name as tenant, ca.name as ca, failing.failure_code,
      failing.failure_detail, failing.failures, failing.wake_at
    from (select * from ${failing(campaignId)}
        and id > coalesce(${page.after}::bigint, 0) and failure_code = coalesce(${page.code}, failure_code)
        order by id limit ${page.limit}) failing
      left join tenant on tenant.id = failing.tenant_id join ca on ca.id = failing.ca_id
    order by failing.id`.execute(db);
  return rows;
}

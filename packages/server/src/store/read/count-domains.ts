import { sql } from "kysely";
import type { Db } from "../database.ts";
import { all, conditionsOf, type DomainFilter } from "./domain-filter.ts";

/** So many are counted one by one. */
const mostCounted = 10_000;

export interface DomainTotal {
  readonly count: number;
  readonly isExact: boolean;
}

/** How many there are, `isExact` or at least. The cost is bounded. */
export async function countDomains(db: Db, filter: DomainFilter): Promise<DomainTotal> {
  const conditions = await conditionsOf(db, filter);
  if (conditions === null) return { count: 0, isExact: true };
  const { ofLineage, nameRange, namePart } = conditions;
  const { rows } = await sql<{ count: number }>`
    select count(*)::int as count from (
      select from lineage join domain on domain.lineage_id = lineage.id
      where ${ofLineage} and ${all([...nameRange, ...(namePart === null ? [] : [namePart])])}
      limit ${sql.lit(mostCounted + 1)}
    ) counted`.execute(db);
  const count = rows[0]?.count ?? 0;
  return count > mostCounted ? { count: mostCounted, isExact: false } : { count, isExact: true };
}

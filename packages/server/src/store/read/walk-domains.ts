/** The two ways to find a page of domains: a walk of bounded length in its order, or all that is sought, fetched and sorted. */
import { type RawBuilder, sql } from "kysely";
import { all, type DomainConditions } from "./domain-filter.ts";
import {
  afterInLineage,
  afterName,
  beyond,
  type ColumnPage,
  direction,
  fromLineage,
  isSorted,
  sortedAs,
  sortedBy,
} from "./domain-order.ts";

export interface Walk {
  readonly found: RawBuilder<unknown>;
  /** The place of the first row behind the walk; none when the walk's end was the end of all. */
  readonly beyond: RawBuilder<unknown>;
}

/** Where a walk goes on, with this row: the name, or the lineage and what it is sorted by. */
export interface Place {
  readonly name: string | null;
  /** As PostgreSQL writes it, so that nothing of it is lost. */
  readonly sorted_by: string | null;
  readonly id: string | null;
}

interface Stretch {
  /** Null: from where the page begins. */
  readonly from: Place | null;
  readonly length: number;
}

export const walkOf = (conditions: DomainConditions, page: ColumnPage, stretch: Stretch): Walk =>
  page.sort === "name" ? walkNames(conditions, page, stretch) : walkLineages(conditions, page, stretch);

/** `offset 0`: looked up for one row at a time, in the order of the walk, and no more than the page needs. */
function walkNames(
  { ofLineage, nameRange, namePart }: DomainConditions,
  page: ColumnPage,
  { from, length }: Stretch,
): Walk {
  const on = from === null ? afterName(page) : [sql`name ${beyond(page)}= ${from.name}`];
  const walked = sql`
    select name, lineage_id from domain where ${all([...nameRange, ...on])}
    order by name ${direction(page)}`;
  return {
    found: sql`
      select domain.name from (${walked} limit ${sql.lit(length)}) domain
        join lateral (select from lineage where lineage.id = domain.lineage_id and ${ofLineage} offset 0) hit on true
      where ${namePart ?? sql`true`}
      order by domain.name ${direction(page)} limit ${page.limit}`,
    beyond: sql`
      select name, null as sorted_by, null as id from (${walked} offset ${sql.lit(length)} limit 1) next`,
  };
}

function walkLineages(
  { ofLineage, nameRange, namePart }: DomainConditions,
  page: ColumnPage,
  { from, length }: Stretch,
): Walk {
  const way = direction(page);
  const on =
    from === null
      ? fromLineage(page)
      : [
          sql`(${sortedBy(page)}, lineage.id) ${beyond(page)}= (${from.sorted_by}::${sortedAs(page)}, ${from.id}::bigint)`,
        ];
  const walked = sql`
    select ${sortedBy(page)} as sorted_by, id from lineage where ${all([...isSorted(page), ...on])}
    order by ${sortedBy(page)} ${way}, id ${way}`;
  const ofName = [...nameRange, ...(namePart === null ? [] : [namePart]), ...afterInLineage(page)];
  return {
    found: sql`
      select hit.name from (${walked} limit ${sql.lit(length)}) walked
        join lateral (
          select domain.name from lineage join domain on domain.lineage_id = lineage.id
          where lineage.id = walked.id and ${ofLineage} and ${all(ofName)} offset 0
        ) hit on true
      order by walked.sorted_by ${way}, walked.id ${way}, hit.name ${way} limit ${page.limit}`,
    beyond: sql`select null as name, sorted_by::text, id from (${walked} offset ${sql.lit(length)} limit 1) next`,
  };
}

/**
 * All that is sought, sorted: what there are few of is fetched first, and the others are looked up for each of them (`offset 0`),
 * whatever PostgreSQL makes of how many there are.
 */
export function collect(
  { ofLineage, nameRange, namePart }: DomainConditions,
  page: ColumnPage,
  first: "names" | "lineages",
): RawBuilder<unknown> {
  const way = direction(page);
  const ofName = all([...nameRange, ...(namePart === null ? [] : [namePart])]);
  const chosen = sql`with chosen as materialized (select id, expires_at, state_at from lineage where ${ofLineage})`;
  const matched = sql`with matched as materialized (select name, lineage_id from domain where ${ofName})`;
  if (page.sort === "name")
    return first === "names"
      ? sql`${matched}
        select domain.name from (select * from matched domain where ${all(afterName(page))} order by name ${way}) domain
          join lateral (select from lineage where lineage.id = domain.lineage_id and ${ofLineage} offset 0) hit on true
        order by domain.name ${way} limit ${page.limit}`
      : sql`${chosen}
        select domain.name
        from chosen join lateral (
          select name from domain where domain.lineage_id = chosen.id and ${all([ofName, ...afterName(page)])} offset 0
        ) domain on true
        order by domain.name ${way} limit ${page.limit}`;
  const within = all([...isSorted(page), ...fromLineage(page)]);
  return first === "names"
    ? sql`${matched}
      select domain.name
      from matched domain join lateral (
        select id, expires_at, state_at from lineage
        where lineage.id = domain.lineage_id and ${ofLineage} and ${within} offset 0
      ) lineage on true
      where ${all(afterInLineage(page))}
      order by ${sortedBy(page)} ${way}, lineage.id ${way}, domain.name ${way} limit ${page.limit}`
    : sql`${chosen}
      select domain.name
      from (select * from chosen lineage where ${within} order by ${sortedBy(page)} ${way}, id ${way}) lineage
        join lateral (
          select name from domain where domain.lineage_id = lineage.id and ${all([ofName, ...afterInLineage(page)])} offset 0
        ) domain on true
      order by ${sortedBy(page)} ${way}, lineage.id ${way}, domain.name ${way} limit ${page.limit}`;
}

/**
 * Lists of domains that answer at once at a million rows, whatever is asked for. What is sought is either frequent, and
 * found within a few thousand rows in the order that is asked for; or it is not, and then few enough to be fetched by an
 * index and sorted. Which of the two it is shows a walk of bounded length: PostgreSQL's own estimate of a pattern is
 * now and then wrong by a thousand times (docs/decisions/0035-views.md).
 */
import type { Instant } from "@certmill/domain";
import { type RawBuilder, sql } from "kysely";
import { type Db, timestamp } from "../database.ts";
import { conditionsOf, type DomainConditions, type DomainFilter } from "./domain-filter.ts";
import { type DomainRow, findDomains } from "./domains.ts";

export type DomainSort = "name" | "added" | "expires" | "state-changed";

/** After which domain a page begins. */
export interface DomainPlace {
  readonly name: string;
  readonly lineageId: string;
  /** What it is sorted by where that is an instant; null else. */
  readonly at: Instant | null;
}

export interface DomainPage {
  readonly sort: DomainSort;
  readonly descending: boolean;
  /** Null: the first. */
  readonly after: DomainPlace | null;
  readonly limit: number;
}

/** Rows gone through in order before they are fetched and sorted instead. */
const walkLength = 5_000;

/** Indexes: `domain_pkey`, `lineage_pkey`, `lineage_by_expiry` or `lineage_by_change`; those of the filter. */
export async function listDomains(db: Db, filter: DomainFilter, page: DomainPage): Promise<DomainRow[]> {
  const conditions = await conditionsOf(db, filter);
  if (conditions === null) return [];
  const names = await findNames(db, conditions, page);
  const rows = new Map((await findDomains(db, names)).map((row) => [row.name, row]));
  return names.flatMap((name) => rows.get(name) ?? []);
}

async function findNames(db: Db, conditions: DomainConditions, page: DomainPage): Promise<string[]> {
  const walk = page.sort === "name" ? walkNames(conditions, page) : walkLineages(conditions, page);
  const { rows } = await sql<{ name: string }>`${walk.found}`.execute(db);
  const names = rows.map(({ name }) => name);
  if (names.length === page.limit || !(await hasMore(db, walk.beyond))) return names;
  const { rows: collected } = await sql<{ name: string }>`${collect(conditions, page)}`.execute(db);
  return collected.map(({ name }) => name);
}

interface Walk {
  readonly found: RawBuilder<unknown>;
  /** A row when the walk's end was not the end of all. */
  readonly beyond: RawBuilder<unknown>;
}

async function hasMore(db: Db, beyond: RawBuilder<unknown>): Promise<boolean> {
  return (await sql`${beyond}`.execute(db)).rows.length > 0;
}

const all = (conditions: readonly RawBuilder<unknown>[]): RawBuilder<unknown> =>
  conditions.length === 0 ? sql`true` : sql.join(conditions, sql` and `);

const direction = ({ descending }: DomainPage): RawBuilder<unknown> => (descending ? sql`desc` : sql`asc`);

/** `offset 0`: looked up for one row at a time, in the order of the walk, and no more than the page needs. */
function walkNames({ ofLineage, nameRange, namePart }: DomainConditions, page: DomainPage): Walk {
  const walked = sql`
    select name, lineage_id from domain where ${all([...nameRange, ...afterName(page)])}
    order by name ${direction(page)}`;
  return {
    found: sql`
      select domain.name from (${walked} limit ${sql.lit(walkLength)}) domain
        join lateral (select from lineage where lineage.id = domain.lineage_id and ${ofLineage} offset 0) hit on true
      where ${namePart ?? sql`true`}
      order by domain.name ${direction(page)} limit ${page.limit}`,
    beyond: sql`${walked} offset ${sql.lit(walkLength)} limit 1`,
  };
}

function walkLineages(conditions: DomainConditions, page: DomainPage): Walk {
  const { ofLineage, nameRange, namePart } = conditions;
  const way = direction(page);
  const walked = sql`
    select ${sortedBy(page)} as sorted_by, id from lineage where ${all(fromLineage(page))}
    order by ${sortedBy(page)} ${way}, id ${way}`;
  return {
    found: sql`
      select hit.name from (${walked} limit ${sql.lit(walkLength)}) walked
        join lateral (
          select domain.name from lineage join domain on domain.lineage_id = lineage.id
          where lineage.id = walked.id and ${ofLineage}
            and ${all([...nameRange, ...(namePart === null ? [] : [namePart]), ...afterInLineage(page)])} offset 0
        ) hit on true
      order by walked.sorted_by ${way}, walked.id ${way}, hit.name ${way} limit ${page.limit}`,
    beyond: sql`${walked} offset ${sql.lit(walkLength)} limit 1`,
  };
}

/** All that is sought, sorted. */
function collect(
  { ofLineage, nameRange, namePart }: DomainConditions,
  page: DomainPage,
): RawBuilder<unknown> {
  const way = direction(page);
  const range = all(nameRange);
  const sought =
    namePart === null && nameRange.length === 0
      ? sql`with chosen as materialized (select * from lineage where ${ofLineage})
          select domain.name, lineage.id, lineage.expires_at, lineage.state_at
          from chosen lineage join domain on domain.lineage_id = lineage.id`
      : sql`with matched as materialized (select name, lineage_id from domain where ${namePart ?? sql`true`} and ${range})
          select domain.name, lineage.id, lineage.expires_at, lineage.state_at
          from matched domain join lineage on lineage.id = domain.lineage_id where ${ofLineage}`;
  if (page.sort === "name")
    return sql`select domain.name from (${sought}) domain where ${all(afterName(page))} order by name ${way} limit ${page.limit}`;
  return sql`
    select domain.name from (${sought}) as lineage join domain on domain.name = lineage.name
    where ${all([...fromLineage(page), ...afterInLineage(page)])}
    order by ${sortedBy(page)} ${way}, lineage.id ${way}, lineage.name ${way} limit ${page.limit}`;
}

function sortedBy({ sort }: DomainPage): RawBuilder<unknown> {
  if (sort === "expires") return sql`lineage.expires_at`;
  return sort === "state-changed" ? sql`lineage.state_at` : sql`lineage.id`;
}

const beyond = ({ descending }: DomainPage): RawBuilder<unknown> => (descending ? sql`<` : sql`>`);

const afterName = (page: DomainPage): RawBuilder<unknown>[] =>
  page.after === null ? [] : [sql`domain.name ${beyond(page)} ${page.after.name}`];

/** Those from the lineage of the last domain on: it may have more names. */
function fromLineage(page: DomainPage): RawBuilder<unknown>[] {
  const { sort, after } = page;
  const held = sort === "expires" ? [sql`lineage.expires_at is not null`] : [];
  if (after === null) return held;
  const { at, lineageId } = after;
  return at === null
    ? [sql`lineage.id ${beyond(page)}= ${lineageId}`]
    : [
        ...held,
        sql`(${sortedBy(page)}, lineage.id) ${beyond(page)}= (${timestamp(at)}, ${lineageId}::bigint)`,
      ];
}

const afterInLineage = (page: DomainPage): RawBuilder<unknown>[] =>
  page.after === null
    ? []
    : [sql`(lineage.id <> ${page.after.lineageId} or domain.name ${beyond(page)} ${page.after.name})`];

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

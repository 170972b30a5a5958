/**
 * Lists of domains that answer at once at a million rows, whatever is asked for. What is sought is either frequent, and
 * found within a few thousand rows in the order that is asked for; or it is not, and then few enough to be fetched by an
 * index and sorted. Which of the two it is shows a walk of bounded length: PostgreSQL's own estimate of a pattern is
 * now and then wrong by a thousand times (docs/decisions/0035-views.md).
 */
import type { Instant } from "@certmill/domain";
import { type RawBuilder, sql } from "kysely";
import { type Db, timestamp } from "../database.ts";
import { beginsWith, conditionsOf, type DomainConditions, type DomainFilter } from "./domain-filter.ts";
import { type DomainRow, findDomains } from "./domains.ts";

export type LineageSort = "added" | "expires" | "state-changed";
/** `match`: those that begin with what is searched for before those that have it elsewhere, each by name. */
export type DomainSort = "name" | "match" | LineageSort;

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

/** How far a list walks before it looks for another way, and how far it goes on where there is none. */
export interface WalkLengths {
  /** Rows whose lineages are looked up one by one. */
  readonly lookedUp: readonly [first: number, ...further: number[]];
  /** Names alone, of which few contain the text: an index has all that is looked at. */
  readonly read: readonly [first: number, ...further: number[]];
}

const usualLengths: WalkLengths = { lookedUp: [1_000, 5_000, 20_000], read: [50_000, 200_000, 1_000_000] };

interface ListPage extends DomainPage {
  readonly sort: "name" | LineageSort;
  readonly walks: WalkLengths;
}

/** Indexes: `domain_pkey`, `lineage_pkey`, `lineage_by_expiry` or `lineage_by_change`; those of the filter. */
export async function listDomains(
  db: Db,
  filter: DomainFilter,
  page: DomainPage & { readonly walks?: WalkLengths },
): Promise<DomainRow[]> {
  const conditions = await conditionsOf(db, filter);
  if (conditions === null) return [];
  const walks = page.walks ?? usualLengths;
  const { sort } = page;
  const names =
    sort === "match"
      ? await findMatches(db, conditions, { page: { ...page, sort: "name", walks }, text: filter.search })
      : await findNames(db, conditions, { ...page, sort, walks });
  const rows = new Map((await findDomains(db, names)).map((row) => [row.name, row]));
  return names.flatMap((name) => rows.get(name) ?? []);
}

/** @param text null: nothing is searched for, and all match alike. */
async function findMatches(
  db: Db,
  conditions: DomainConditions,
  { page, text }: { readonly page: ListPage; readonly text: string | null },
): Promise<string[]> {
  const { nameRange, namePart } = conditions;
  if (text === null || namePart === null) return findNames(db, conditions, page);
  const isPastBeginnings = page.after !== null && !page.after.name.startsWith(text);
  const beginnings = { ...conditions, namePart: null, nameRange: [...nameRange, ...beginsWith(text)] };
  const found = isPastBeginnings ? [] : await findNames(db, beginnings, page);
  if (found.length === page.limit) return found;
  const elsewhere = sql<boolean>`${namePart} and not starts_with(domain.name, ${text})`;
  const rest = await findNames(
    db,
    { ...conditions, namePart: elsewhere },
    { ...page, after: isPastBeginnings ? page.after : null, limit: page.limit - found.length },
  );
  return [...found, ...rest];
}

async function findNames(db: Db, conditions: DomainConditions, page: ListPage): Promise<string[]> {
  const walked: string[] = [];
  let from: Place | null = null;
  let other: RawBuilder<unknown> | null = null;
  const readsOnly = page.sort === "name" && conditions.namePart !== null;
  for (const length of readsOnly ? page.walks.read : page.walks.lookedUp) {
    if (from !== null && other === null) {
      const few: "names" | "lineages" | null = await whichAreFew(db, conditions);
      if (few !== null) return namesOf(db, collect(conditions, page, few));
      other = collect(conditions, page, conditions.namePart === null ? "lineages" : "names");
    }
    const walk: Walk = walkOf(conditions, page, { from, length });
    walked.push(...(await namesOf(db, walk.found)));
    if (walked.length >= page.limit) return walked.slice(0, page.limit);
    const { rows }: { rows: Place[] } = await sql<Place>`${walk.beyond}`.execute(db);
    from = rows[0] ?? null;
    if (from === null) return walked;
  }
  return namesOf(db, other ?? collect(conditions, page, "lineages"));
}

async function namesOf(db: Db, query: RawBuilder<unknown>): Promise<string[]> {
  const { rows } = await sql<{ name: string }>`${query}`.execute(db);
  return rows.map(({ name }) => name);
}

/** So many are fetched and sorted at once. */
const few = 10_000;

/** What the filter leaves few of, so that it is fetched whole; null: nothing. The cost is bounded. */
async function whichAreFew(db: Db, conditions: DomainConditions): Promise<"names" | "lineages" | null> {
  const { ofLineage, nameRange, namePart } = conditions;
  const ofName = [...nameRange, ...(namePart === null ? [] : [namePart])];
  const most = sql.lit(few + 1);
  const { rows } = await sql<{ lineages: number; names: number }>`
    select (select count(*) from (select from lineage where ${ofLineage} limit ${most}) counted)::int as lineages,
      ${
        ofName.length === 0
          ? most
          : sql`(select count(*) from (select from domain where ${all(ofName)} limit ${most}) counted)::int`
      } as names`.execute(db);
  const { lineages, names } = rows[0] ?? { lineages: few + 1, names: few + 1 };
  if (Math.min(lineages, names) > few) return null;
  return names < lineages ? "names" : "lineages";
}

interface Walk {
  readonly found: RawBuilder<unknown>;
  /** The place of the first row behind the walk; none when the walk's end was the end of all. */
  readonly beyond: RawBuilder<unknown>;
}

/** Where a walk goes on, with this row: the name, or the lineage and what it is sorted by. */
interface Place {
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

const walkOf = (conditions: DomainConditions, page: ListPage, stretch: Stretch): Walk =>
  page.sort === "name" ? walkNames(conditions, page, stretch) : walkLineages(conditions, page, stretch);

const all = (conditions: readonly RawBuilder<unknown>[]): RawBuilder<unknown> =>
  conditions.length === 0 ? sql`true` : sql.join(conditions, sql` and `);

const direction = ({ descending }: ListPage): RawBuilder<unknown> => (descending ? sql`desc` : sql`asc`);

/** `offset 0`: looked up for one row at a time, in the order of the walk, and no more than the page needs. */
function walkNames(
  { ofLineage, nameRange, namePart }: DomainConditions,
  page: ListPage,
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
  page: ListPage,
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
function collect(
  { ofLineage, nameRange, namePart }: DomainConditions,
  page: ListPage,
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

function sortedBy({ sort }: ListPage): RawBuilder<unknown> {
  if (sort === "expires") return sql`lineage.expires_at`;
  return sort === "state-changed" ? sql`lineage.state_at` : sql`lineage.id`;
}

const sortedAs = ({ sort }: ListPage): RawBuilder<unknown> =>
  sort === "added" ? sql`bigint` : sql`timestamptz`;

const beyond = ({ descending }: ListPage): RawBuilder<unknown> => (descending ? sql`<` : sql`>`);

const afterName = (page: ListPage): RawBuilder<unknown>[] =>
  page.after === null ? [] : [sql`domain.name ${beyond(page)} ${page.after.name}`];

/** Those that have what they are sorted by. */
const isSorted = ({ sort }: ListPage): RawBuilder<unknown>[] =>
  sort === "expires" ? [sql`lineage.expires_at is not null`] : [];

/** Those from the lineage of the last domain on: it may have more names. */
function fromLineage(page: ListPage): RawBuilder<unknown>[] {
  if (page.after === null) return [];
  const { at, lineageId } = page.after;
  return at === null
    ? [sql`lineage.id ${beyond(page)}= ${lineageId}`]
    : [sql`(${sortedBy(page)}, lineage.id) ${beyond(page)}= (${timestamp(at)}, ${lineageId}::bigint)`];
}

const afterInLineage = (page: ListPage): RawBuilder<unknown>[] =>
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

/**
 * Lists of domains that answer at once at a million rows, whatever is asked for. What is sought is either frequent, and
 * found within a few thousand rows in the order that is asked for; or it is not, and then few enough to be fetched by an
 * index and sorted. Which of the two it is shows a walk of bounded length: PostgreSQL's own estimate of a pattern is
 * now and then wrong by a thousand times (docs/decisions/0035-views.md).
 */
import { type RawBuilder, sql } from "kysely";
import type { Db } from "../database.ts";
import { all, beginsWith, conditionsOf, type DomainConditions, type DomainFilter } from "./domain-filter.ts";
import type { ColumnPage, DomainPage } from "./domain-order.ts";
import { type DomainRow, findDomains } from "./domains.ts";
import { collect, type Place, type Walk, walkOf } from "./walk-domains.ts";

/** How far a list walks before it looks for another way, and how far it goes on where there is none. */
export interface WalkLengths {
  /** Rows whose lineages are looked up one by one. */
  readonly lookedUp: readonly [first: number, ...further: number[]];
  /** Names alone, of which few contain the text: an index has all that is looked at. */
  readonly read: readonly [first: number, ...further: number[]];
}

const usualLengths: WalkLengths = { lookedUp: [1_000, 5_000, 20_000], read: [50_000, 200_000, 1_000_000] };

interface ListPage extends ColumnPage {
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

/** The order of a list of domains, and where a page of it begins, as parts of a query. */
import type { Instant } from "@certmill/domain";
import { type RawBuilder, sql } from "kysely";
import { timestamp } from "../database.ts";

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

/** One that is in the order of a column: that a list is sorted by how well it matches is made of two of these. */
export interface ColumnPage extends DomainPage {
  readonly sort: "name" | LineageSort;
}

/** Behind a column of `order by`. */
export const direction = ({ descending }: ColumnPage): RawBuilder<unknown> =>
  descending ? sql`desc` : sql`asc`;

/** For the sorts of lineages only. */
export function sortedBy({ sort }: ColumnPage): RawBuilder<unknown> {
  if (sort === "expires") return sql`lineage.expires_at`;
  return sort === "state-changed" ? sql`lineage.state_at` : sql`lineage.id`;
}

/** The type of `sortedBy`, for what was kept as text. */
export const sortedAs = ({ sort }: ColumnPage): RawBuilder<unknown> =>
  sort === "added" ? sql`bigint` : sql`timestamptz`;

/** Compares what comes later with what comes before; with `=` behind it what is there with where a walk begins. */
export const beyond = ({ descending }: ColumnPage): RawBuilder<unknown> => (descending ? sql`<` : sql`>`);

/** In the order of names. */
export const afterName = (page: ColumnPage): RawBuilder<unknown>[] =>
  page.after === null ? [] : [sql`domain.name ${beyond(page)} ${page.after.name}`];

/** Those that have what they are sorted by. */
export const isSorted = ({ sort }: ColumnPage): RawBuilder<unknown>[] =>
  sort === "expires" ? [sql`lineage.expires_at is not null`] : [];

/** Those from the lineage of the last domain on: it may have more names. */
export function fromLineage(page: ColumnPage): RawBuilder<unknown>[] {
  if (page.after === null) return [];
  const { at, lineageId } = page.after;
  return at === null
    ? [sql`lineage.id ${beyond(page)}= ${lineageId}`]
    : [sql`(${sortedBy(page)}, lineage.id) ${beyond(page)}= (${timestamp(at)}, ${lineageId}::bigint)`];
}

/** Of the names of the lineage of the last domain, those behind it. */
export const afterInLineage = (page: ColumnPage): RawBuilder<unknown>[] =>
  page.after === null
    ? []
    : [sql`(lineage.id <> ${page.after.lineageId} or domain.name ${beyond(page)} ${page.after.name})`];

/** Which domains a list or an action is about, as conditions. */
import type { DomainState, Instant } from "@certmill/domain";
import { type RawBuilder, sql } from "kysely";
import { type Db, timestamp } from "../database.ts";
import { isShownAs } from "./shown-state.ts";

/** All that is not null must hold. */
export interface DomainFilter {
  /** The tenant whose domains alone the caller may see. */
  readonly tenantId: string | null;
  /** Null: every state but `removed`. */
  readonly state: DomainState | null;
  readonly tenant: string | null;
  readonly campaign: string | null;
  readonly ca: string | null;
  readonly edgeGroup: string | null;
  readonly failure: string | null;
  readonly expiresAfter: Instant | null;
  readonly expiresBefore: Instant | null;
  /** In the letters that names are stored in. */
  readonly prefix: string | null;
  readonly search: string | null;
  readonly names: readonly string[] | null;
}

export const anyDomain: DomainFilter = {
  tenantId: null,
  state: null,
  tenant: null,
  campaign: null,
  ca: null,
  edgeGroup: null,
  failure: null,
  expiresAfter: null,
  expiresBefore: null,
  prefix: null,
  search: null,
  names: null,
};

/** What is asked of a domain's lineage, and of its name. */
export interface DomainConditions {
  /** On `lineage`. */
  readonly ofLineage: RawBuilder<boolean>;
  /** On `domain.name`, where its index finds them in their order. */
  readonly nameRange: readonly RawBuilder<boolean>[];
  /** On `domain.name`, where only `domain_search` finds them; null: nothing. */
  readonly namePart: RawBuilder<boolean> | null;
  /** Whether nothing is asked but that it was not removed. */
  readonly isAll: boolean;
}

/** @returns null when it names something that is not here: nothing is chosen. */
export async function conditionsOf(db: Db, filter: DomainFilter): Promise<DomainConditions | null> {
  const ids = await readIds(db, filter);
  if (ids === null) return null;
  const { tenantId, state, failure, expiresAfter, expiresBefore, names } = filter;
  const asked = [
    ...(tenantId === null ? [] : [isId("tenant_id", tenantId)]),
    ...ids,
    ...(failure === null ? [] : [sql<boolean>`lineage.failure_code = ${failure}`]),
    ...(expiresAfter === null ? [] : [sql<boolean>`lineage.expires_at >= ${timestamp(expiresAfter)}`]),
    ...(expiresBefore === null ? [] : [sql<boolean>`lineage.expires_at < ${timestamp(expiresBefore)}`]),
  ];
  const ofState = state === null ? sql<boolean>`lineage.state <> 'removed'` : isShownAs(state);
  const nameRange = names === null ? [] : [sql<boolean>`domain.name = any(${[...names]}::text[])`];
  nameRange.push(...prefixRange(filter));
  const namePart = partOf(filter.search);
  return {
    ofLineage: sql`${sql.join([ofState, ...asked], sql` and `)}`,
    nameRange,
    namePart,
    isAll: state === null && asked.length === 0 && nameRange.length === 0 && namePart === null,
  };
}

/** The id is part of the text, so that PostgreSQL knows how many rows there are of it. */
function isId(column: string, id: string): RawBuilder<boolean> {
  const isIt = sql<boolean>`${sql.ref(`lineage.${column}`)} = ${sql.lit(BigInt(id))}`;
  // One index has those with a certificate, another has the others.
  return column === "edge_group_id"
    ? sql`(${isIt} and lineage.certificate_id is not null or ${isIt} and lineage.certificate_id is null)`
    : isIt;
}

async function readIds(db: Db, filter: DomainFilter): Promise<RawBuilder<boolean>[] | null> {
  const named = [
    { table: "tenant", column: "tenant_id", name: filter.tenant },
    { table: "campaign", column: "campaign_id", name: filter.campaign },
    { table: "ca", column: "ca_id", name: filter.ca },
    { table: "edge_group", column: "edge_group_id", name: filter.edgeGroup },
  ].flatMap(({ name, ...each }) => (name === null ? [] : [{ ...each, name }]));
  if (named.length === 0) return [];
  const selects = named.map(
    ({ table, name }, at) =>
      sql`select ${sql.lit(at)}::int as at, id from ${sql.table(table)} where name = ${name}`,
  );
  const { rows } = await sql<{ at: number; id: string }>`${sql.join(selects, sql` union all `)}`.execute(db);
  if (rows.length < named.length) return null;
  return rows.map(({ at, id }) => isId(named[at]?.column ?? "", id));
}

/** Above every name that begins with it: names have no letter beyond `z`. */
const afterAll = "\x7f";

function prefixRange({ prefix, search }: DomainFilter): RawBuilder<boolean>[] {
  const begins = [prefix, isShort(search) ? search : null].filter((each) => each !== null);
  return begins.flatMap(beginsWith);
}

export const beginsWith = (text: string): readonly RawBuilder<boolean>[] => [
  sql<boolean>`domain.name >= ${text}`,
  sql<boolean>`domain.name < ${text + afterAll}`,
];

/** Nothing but its first letters tells where to look for so short a text. */
const isShort = (search: string | null): boolean => search !== null && search.length < 3;

/** The letters of names have no meaning in a pattern. */
const partOf = (search: string | null): RawBuilder<boolean> | null =>
  search === null || isShort(search) ? null : sql`domain.name like ${`%${search}%`}`;

/** Each of the conditions; none of them: true. */
export const all = (conditions: readonly RawBuilder<unknown>[]): RawBuilder<unknown> =>
  conditions.length === 0 ? sql`true` : sql.join(conditions, sql` and `);

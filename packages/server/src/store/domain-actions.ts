/**
 * What is done for many domains: a row that says which, and how far it is. The lineages are gone through by their ids, some at
 * a time, and what is done for them is one transaction with how far that went: after a crash it goes on where it was, and
 * nothing is done twice. Whether one is meant is looked at when its turn comes.
 */
import type { Instant } from "@certmill/domain";
import { sql } from "kysely";
import type { ByWhom } from "./by-whom.ts";
import { type Db, timestamp } from "./database.ts";
import { conditionsOf, type DomainFilter } from "./read/domain-filter.ts";
import { retryDeadlock } from "./retry-deadlock.ts";
import type { DomainActionName } from "./schema/view.ts";
import { applyToLineage } from "./write/apply-to-lineage.ts";
import { longestDue } from "./write/fed-list.ts";

export interface DomainActionRow {
  readonly id: string;
  readonly action: DomainActionName;
  readonly filter: DomainFilter;
  readonly state: "running" | "done" | "cancelled";
  readonly size: number;
  readonly domains: number;
  readonly done: number;
  readonly skipped: number;
  readonly created_by: ByWhom;
  readonly created_at: Instant;
  readonly ended_at: Instant | null;
}

export interface Chosen {
  readonly certificates: number;
  readonly domains: number;
  /** The first names of a few. */
  readonly examples: readonly string[];
}

const shownExamples = 10;

/** What a filter chooses, counted one by one. */
export async function countChosen(db: Db, filter: DomainFilter): Promise<Chosen> {
  const conditions = await conditionsOf(db, filter);
  if (conditions === null) return { certificates: 0, domains: 0, examples: [] };
  const { rows } = await sql<{ certificates: number; domains: number; examples: string[] | null }>`
    with chosen as materialized (
      select id, names, cardinality(names) as size from lineage where ${isChosen(conditions)}
    )
    select count(*)::int as certificates, coalesce(sum(size), 0)::int as domains,
      (select array_agg(name) from (select names[1] as name from chosen order by id limit ${sql.lit(shownExamples)}) few) as examples
    from chosen`.execute(db);
  const [row] = rows;
  return {
    certificates: row?.certificates ?? 0,
    domains: row?.domains ?? 0,
    examples: row?.examples ?? [],
  };
}

/** Of `lineage`: one of its names is meant. */
function isChosen({ ofLineage, nameRange, namePart }: NonNullable<Awaited<ReturnType<typeof conditionsOf>>>) {
  const ofName = [...nameRange, ...(namePart === null ? [] : [namePart])];
  // A twin is done with its lineage.
  const ofOne = sql<boolean>`${ofLineage} and lineage.twin_of is null`;
  if (ofName.length === 0) return ofOne;
  return sql<boolean>`${ofOne} and lineage.id in (
    select lineage_id from domain where ${sql.join(ofName, sql` and `)})`;
}

export async function insertDomainAction(
  trx: Db,
  wanted: {
    readonly action: DomainActionName;
    readonly filter: DomainFilter;
    readonly chosen: Chosen;
    readonly by: ByWhom;
    readonly now: Instant;
  },
): Promise<string> {
  const { action, filter, chosen, by, now } = wanted;
  const { rows } = await sql<{ id: string }>`
    with added as (
      insert into domain_action (action, filter, state, size, domains, created_by, created_at, look_until, wake_at)
      select ${action}, ${JSON.stringify(filter)}::jsonb, 'running', ${chosen.certificates}, ${chosen.domains}, ${JSON.stringify(by)}::jsonb,
        ${timestamp(now)}, coalesce(max(id), 0), ${timestamp(now)}
      from lineage returning id
    )
    select id, pg_notify('certmill_work', '') from added`.execute(trx);
  return rows[0]?.id ?? "";
}

export async function findDomainAction(db: Db, id: string): Promise<DomainActionRow | null> {
  return (await selectActions(db).where("id", "=", id).executeTakeFirst()) ?? null;
}

/** The newest first. */
export async function listDomainActions(
  db: Db,
  page: { readonly before: string | null; readonly limit: number },
): Promise<DomainActionRow[]> {
  return selectActions(db)
    .$if(page.before !== null, (query) => query.where("id", "<", page.before))
    .orderBy("id", "desc")
    .limit(page.limit)
    .execute();
}

const selectActions = (db: Db) =>
  db
    .selectFrom("domain_action")
    .select([
      "id",
      "action",
      "filter",
      "state",
      "size",
      "domains",
      "done",
      "skipped",
      "created_by",
      "created_at",
      "ended_at",
    ]);

/** @returns false when it had ended already. */
export async function cancelDomainAction(db: Db, id: string, now: Instant): Promise<boolean> {
  const { rows } = await sql`
    update domain_action set state = 'cancelled', ended_at = ${timestamp(now)}, wake_at = null
    where id = ${id} and state = 'running' returning 1`.execute(db);
  return rows.length > 0;
}

/** Lineages gone through in one transaction, and those of them for which something is done. */
const walkLength = 5_000;
const batch = 50;

/**
 * Takes the action that is longest due one step on; one that another process has is skipped.
 *
 * @returns whether there may be more to do at once.
 */
export async function stepDomainAction(db: Db, now: Instant): Promise<boolean> {
  return retryDeadlock(() =>
    db.transaction().execute(async (trx) => {
      const action = await trx
        .selectFrom("domain_action")
        .select(["id", "action", "created_by", "looked_to", "look_until", "filter"])
        .$call(longestDue(now))
        .executeTakeFirst();
      if (action === undefined) return false;
      const next = await chooseNext(trx, action);
      let done = 0;
      for (const lineageId of next.lineageIds) {
        const applied = await applyToLineage(trx, action.action, {
          lineageId,
          by: action.created_by,
          now,
        });
        if (applied) done += 1;
      }
      const skipped = next.lineageIds.length - done;
      await sql`
        update domain_action set done = done + ${done}, skipped = skipped + ${skipped}, looked_to = ${next.lookedTo},
          state = case when ${next.isLast} then 'done' else state end,
          ended_at = case when ${next.isLast} then ${timestamp(now)}::timestamptz end,
          wake_at = case when ${next.isLast} then null else ${timestamp(now)}::timestamptz end
        where id = ${action.id}`.execute(trx);
      return true;
    }),
  );
}

interface Next {
  readonly lineageIds: readonly string[];
  readonly lookedTo: string;
  readonly isLast: boolean;
}

/** Index: `lineage_pkey`. What a step costs is bounded, however few are meant. */
async function chooseNext(
  trx: Db,
  action: { filter: DomainFilter; looked_to: string; look_until: string },
): Promise<Next> {
  const { filter, looked_to: from, look_until: until } = action;
  const conditions = await conditionsOf(trx, filter);
  if (conditions === null) return { lineageIds: [], lookedTo: until, isLast: true };
  const { rows } = await sql<{ ids: string[]; walked_to: string | null; walked: number }>`
    with walked as materialized (
      select * from lineage where id > ${from} and id <= ${until} order by id limit ${sql.lit(walkLength)}
    ), chosen as (
      select id from walked lineage where ${isChosen(conditions)} order by id limit ${sql.lit(batch)}
    )
    select array(select id::text from chosen order by id) as ids, (select max(id) from walked) as walked_to,
      (select count(*)::int from walked) as walked`.execute(trx);
  const { ids = [], walked_to: walkedTo = null, walked = 0 } = rows[0] ?? {};
  if (ids.length === batch) return { lineageIds: ids, lookedTo: ids.at(-1) ?? until, isLast: false };
  return { lineageIds: ids, lookedTo: walkedTo ?? until, isLast: walked < walkLength };
}

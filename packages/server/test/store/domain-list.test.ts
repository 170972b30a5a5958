/** Lists are what a plain query would give, whichever way they are found: by a walk in order, or fetched and sorted. */
import { instant } from "@certmill/domain";
import { sql } from "kysely";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { knownNames, seedFleet } from "../../../../tools/seed/seed-fleet.ts";
import { type Database, openDatabase } from "../../src/store/database.ts";
import { countDomains } from "../../src/store/read/count-domains.ts";
import { anyDomain, type DomainFilter } from "../../src/store/read/domain-filter.ts";
import { listDomains, type WalkLengths } from "../../src/store/read/domain-list.ts";
import type { DomainPage, DomainSort } from "../../src/store/read/domain-order.ts";
import { type DomainRow, findDomains } from "../../src/store/read/domains.ts";
import { type MigratedPostgres, type OwnDatabase, startMigratedPostgres } from "../migrated-postgres.ts";

/** More than are walked through at once. */
const lineages = 12_000;
const now = instant(Date.parse("2026-11-22T12:00:00Z"));

let postgres: MigratedPostgres;
let own: OwnDatabase;
let database: Database;
let everything: readonly DomainRow[];

beforeAll(async () => {
  postgres = await startMigratedPostgres();
  own = await postgres.copy();
  database = await openDatabase({ kind: "postgresql", url: own.url, connections: 2 });
  await seedFleet(database.db, { lineages, now });
  everything = await readEverything();
});
afterAll(async () => {
  await database.close();
  await own[Symbol.asyncDispose]();
  await postgres[Symbol.asyncDispose]();
});

/** Every domain, as a list in pieces by name gives it, with what lists do not show. */
async function readEverything(): Promise<readonly DomainRow[]> {
  const { rows } = await sql<{ name: string }>`select name from domain`.execute(database.db);
  return findDomains(
    database.db,
    rows.map(({ name }) => name),
  );
}

const filterOf = (filter: Partial<DomainFilter>): DomainFilter => ({ ...anyDomain, ...filter });

/** The same in plain words. */
function isMeant(row: DomainRow, filter: DomainFilter): boolean {
  const { state, tenant, ca, edgeGroup, failure, expiresAfter, expiresBefore, prefix, search } = filter;
  const short = search !== null && search.length < 3;
  return (
    (state === null ? row.state !== "removed" : row.state === state) &&
    (tenant === null || row.tenant === tenant) &&
    (ca === null || row.ca === ca) &&
    (edgeGroup === null || row.edge_group === edgeGroup) &&
    (failure === null || row.failure_code === failure) &&
    (expiresAfter === null || (row.not_after !== null && row.not_after >= expiresAfter)) &&
    (expiresBefore === null || (row.not_after !== null && row.not_after < expiresBefore)) &&
    (prefix === null || row.name.startsWith(prefix)) &&
    (search === null || (short ? row.name.startsWith(search) : row.name.includes(search)))
  );
}

const byName = (a: DomainRow, b: DomainRow): number => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0);

function keyOf(row: DomainRow, sort: DomainSort): number {
  if (sort === "expires") return row.not_after ?? 0;
  return sort === "state-changed" ? row.state_at : Number(row.lineage_id);
}

function expected(filter: DomainFilter, sort: DomainSort, descending: boolean): string[] {
  const meant = everything.filter(
    (row) => isMeant(row, filter) && (sort !== "expires" || row.not_after !== null),
  );
  const sorted = meant.toSorted((a, b) =>
    sort === "name" || sort === "match"
      ? byName(a, b)
      : keyOf(a, sort) - keyOf(b, sort) || Number(a.lineage_id) - Number(b.lineage_id) || byName(a, b),
  );
  const names = (descending ? sorted.toReversed() : sorted).map(({ name }) => name);
  if (sort !== "match" || filter.search === null) return names;
  const begins = (name: string): boolean => name.startsWith(filter.search ?? "");
  return [...names.filter(begins), ...names.filter((name) => !begins(name))];
}

/** The first pages, of odd sizes. */
async function firstPages(
  filter: DomainFilter,
  page: Pick<DomainPage, "sort" | "descending">,
  walks?: WalkLengths,
): Promise<string[]> {
  const { sort } = page;
  const names: string[] = [];
  let after: DomainPage["after"] = null;
  for (const limit of [1, 7, 150, 40]) {
    const rows: DomainRow[] = await listDomains(database.db, filter, {
      ...page,
      after,
      limit,
      ...(walks === undefined ? {} : { walks }),
    });
    names.push(...rows.map(({ name }) => name));
    const last = rows.at(-1);
    if (last === undefined || rows.length < limit) return names;
    const at = sort === "expires" ? last.not_after : sort === "state-changed" ? last.state_at : null;
    after = { name: last.name, lineageId: last.lineage_id, at };
  }
  return names;
}

const day = 86_400_000;

const filters: Readonly<Record<string, Partial<DomainFilter>>> = {
  everything: {},
  "a frequent state": { state: "active" },
  "a rare state": { state: "moved" },
  "in line": { state: "queued" },
  "on its way to the edges": { state: "delivering" },
  removed: { state: "removed" },
  "the large tenant": { tenant: "tenant-1" },
  "a small tenant": { tenant: "tenant-17" },
  "a tenant that is not here": { tenant: "nobody" },
  "a CA": { ca: "zerossl" },
  "an edge group": { edgeGroup: "eu-west" },
  "a failure": { failure: "caa" },
  "ending soon": { expiresBefore: instant(now + 3 * day) },
  "ending within a week": { expiresAfter: instant(now + 30 * day), expiresBefore: instant(now + 37 * day) },
  "a frequent text": { search: "example" },
  "a text in some": { search: "dublin" },
  "a rare text": { search: "n110" },
  "a text in none": { search: "zzz" },
  "two letters": { search: "yo" },
  "a prefix": { prefix: "hotel-" },
  "a whole name": { search: knownNames.failing },
  "a text and a tenant": { search: "music", tenant: "tenant-1" },
  "a text and a state": { search: "oslo", state: "failing" },
};

/** As usual; in short stretches to the end; and soon given up. */
const ways: readonly (WalkLengths | undefined)[] = [
  undefined,
  { lookedUp: [300, 1_000, 20_000], read: [300, 1_000, 20_000] },
  { lookedUp: [50], read: [50] },
];

describe.each(Object.entries(filters))("%s", (_, partial) => {
  const filter = filterOf(partial);
  test.each(["name", "match", "added", "expires", "state-changed"] as const)("by %s", async (sort) => {
    for (const descending of [false, true]) {
      const all = expected(filter, sort, descending);
      for (const walks of sort === "added" || sort === "expires" ? [undefined] : ways) {
        const found = await firstPages(filter, { sort, descending }, walks);
        expect(found).toEqual(all.slice(0, found.length));
        expect(found).toHaveLength(Math.min(198, all.length));
      }
    }
  });

  test("is counted", async () => {
    const count = everything.filter((row) => isMeant(row, filter)).length;
    expect(await countDomains(database.db, filter)).toEqual(
      count > 10_000 ? { count: 10_000, isExact: false } : { count, isExact: true },
    );
  });
});

test("what a certificate's row says of its end is what lists are sorted by", async () => {
  const { rows } = await sql`
    select lineage.id from lineage left join certificate on certificate.id = lineage.certificate_id
    where lineage.expires_at is distinct from certificate.not_after`.execute(database.db);
  expect(rows).toEqual([]);
});

/** Which zone has a name, and who writes into it. */
import { sql } from "kysely";
import type { Db } from "../database.ts";
import type { DnsProviderKind } from "../schema/dns.ts";

export interface StoredProvider {
  readonly kind: DnsProviderKind;
  readonly settings: Readonly<Record<string, unknown>>;
  /** Null: there is nothing secret about it. */
  readonly secretId: string | null;
}

/** The name and those above it, the longest first: `a.b.test`, `b.test`, `test`. */
const fromTheName = (name: string): string[] =>
  name.split(".").map((_, cut, labels) => labels.slice(cut).join("."));

/** The longest zone that the name is at or under; null: in none. Index: the zone's name. */
export async function findZone(db: Db, name: string): Promise<string | null> {
  const { rows } = await sql<{ name: string }>`
    select name from dns_zone where name = any(${fromTheName(name)}::text[])
    order by length(name) desc limit 1`.execute(db);
  return rows[0]?.name ?? null;
}

/**
 * Those of the names that are in a zone whose names are all to be proven by DNS-01. Index: the zone's name.
 *
 * @param names without the `*.` of a wildcard.
 */
export async function findNamesInZones(db: Db, names: readonly string[]): Promise<ReadonlySet<string>> {
  if (names.length === 0) return new Set();
  const above = [...new Set(names.flatMap(fromTheName))];
  const { rows } = await sql<{ name: string; wildcards_only: boolean }>`
    select dns_zone.name, dns_provider.wildcards_only from dns_zone
      join dns_provider on dns_provider.id = dns_zone.provider_id
    where dns_zone.name = any(${above}::text[])`.execute(db);
  const zones = new Map(rows.map((row) => [row.name, row.wildcards_only]));
  return new Set(
    names.filter((name) => {
      const zone = fromTheName(name).find((each) => zones.has(each));
      return zone !== undefined && zones.get(zone) === false;
    }),
  );
}

/** Null: no zone of that name is configured (any more). */
export async function readProviderOfZone(db: Db, zone: string): Promise<StoredProvider | null> {
  const row = await db
    .selectFrom("dns_zone")
    .innerJoin("dns_provider", "dns_provider.id", "dns_zone.provider_id")
    .select(["kind", "settings", "secret_id"])
    .where("dns_zone.name", "=", zone)
    .executeTakeFirst();
  return row === undefined ? null : { kind: row.kind, settings: row.settings, secretId: row.secret_id };
}

/** The zone into which names that are in none are delegated; null: there is none. */
export async function findDelegationZone(db: Db): Promise<string | null> {
  const row = await db
    .selectFrom("dns_zone")
    .select("name")
    .where("takes_delegations", "=", true)
    .executeTakeFirst();
  return row?.name ?? null;
}

/** Whether there is any zone that records can be written into. */
export async function hasZone(db: Db): Promise<boolean> {
  return (await db.selectFrom("dns_zone").select("name").limit(1).executeTakeFirst()) !== undefined;
}

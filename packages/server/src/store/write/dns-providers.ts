import type { Instant } from "@certmill/domain";
import { sql } from "kysely";
import { type Db, timestamp } from "../database.ts";
import type { DnsProviderKind } from "../schema/dns.ts";
import { insertSecret, type Sealed } from "../secrets.ts";

export interface NewDnsProvider {
  readonly name: string;
  readonly kind: DnsProviderKind;
  readonly settings: Readonly<Record<string, unknown>>;
  /** Null: there is nothing secret about it. */
  readonly secret: Sealed | null;
  readonly zones: readonly string[];
  /** Of the zones; null: none takes delegations. */
  readonly delegationZone: string | null;
  readonly wildcardsOnly: boolean;
}

export type Inserted =
  | { readonly kind: "inserted" }
  | { readonly kind: "name-taken" }
  /** Another provider has the zone, or takes the delegations. */
  | { readonly kind: "zone-taken"; readonly zone: string }
  | { readonly kind: "delegations-taken"; readonly zone: string };

/** In the caller's transaction, which is to be given up when it is not inserted. */
export async function insertDnsProvider(trx: Db, provider: NewDnsProvider, now: Instant): Promise<Inserted> {
  const { name, kind, settings, secret, zones, delegationZone, wildcardsOnly } = provider;
  // Two that are added at once are told of each other.
  await sql`lock table dns_zone in share row exclusive mode`.execute(trx);
  const taken = await trx
    .selectFrom("dns_zone")
    .select("name")
    .where("name", "in", [...zones])
    .executeTakeFirst();
  if (taken !== undefined) return { kind: "zone-taken", zone: taken.name };
  const other = await trx
    .selectFrom("dns_zone")
    .select("name")
    .where("takes_delegations", "=", true)
    .executeTakeFirst();
  if (delegationZone !== null && other !== undefined) return { kind: "delegations-taken", zone: other.name };
  const row = await trx
    .insertInto("dns_provider")
    .values({
      name,
      kind,
      settings: JSON.stringify(settings),
      secret_id: secret === null ? null : await insertSecret(trx, secret),
      wildcards_only: wildcardsOnly,
      created_at: timestamp(now),
    })
    .onConflict((conflict) => conflict.column("name").doNothing())
    .returning("id")
    .executeTakeFirst();
  if (row === undefined) return { kind: "name-taken" };
  const rows = zones.map((zone) => ({
    name: zone,
    provider_id: row.id,
    takes_delegations: zone === delegationZone,
  }));
  await trx.insertInto("dns_zone").values(rows).execute();
  return { kind: "inserted" };
}

/** With its zones, its secret, and what is known of its records. */
export async function deleteDnsProvider(trx: Db, id: string): Promise<void> {
  await sql`
    with gone as (delete from dns_provider where id = ${id} returning secret_id)
    delete from secret where id in (select secret_id from gone)`.execute(trx);
}

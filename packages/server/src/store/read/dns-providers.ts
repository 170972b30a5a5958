import type { Instant } from "@certmill/domain";
import { type RawBuilder, sql } from "kysely";
import type { Db } from "../database.ts";
import type { DnsProviderKind } from "../schema/dns.ts";

export interface DnsProviderRow {
  readonly id: string;
  readonly name: string;
  readonly kind: DnsProviderKind;
  readonly settings: Readonly<Record<string, unknown>>;
  readonly wildcards_only: boolean;
  readonly zones: string[];
  /** Null: none of its zones takes delegations. */
  readonly delegation_zone: string | null;
  readonly records_wanted: number;
  readonly records_to_remove: number;
  /** Why the removal that failed last did. */
  readonly removal_fault: string | null;
  readonly created_at: Instant;
}

const selectProviders = (where: RawBuilder<unknown>): RawBuilder<DnsProviderRow> => sql`
  select dns_provider.id, dns_provider.name, kind, settings, wildcards_only, created_at,
    array(select dns_zone.name from dns_zone where provider_id = dns_provider.id order by dns_zone.name) as zones,
    (select dns_zone.name from dns_zone where provider_id = dns_provider.id and takes_delegations) as delegation_zone,
    (select count(*)::integer from dns_record where provider_id = dns_provider.id and remove_at is null) as records_wanted,
    (select count(*)::integer from dns_record
      where provider_id = dns_provider.id and remove_at is not null) as records_to_remove,
    (select failure_detail from dns_record
      where provider_id = dns_provider.id and failure_detail is not null order by remove_at desc limit 1) as removal_fault
  from dns_provider where ${where}`;

/** By name. */
export async function listDnsProviders(
  db: Db,
  page: { readonly after: string | null; readonly limit: number },
): Promise<readonly DnsProviderRow[]> {
  const beyond = page.after === null ? sql`true` : sql`dns_provider.name > ${page.after}`;
  const { rows } = await sql<DnsProviderRow>`
    ${selectProviders(beyond)} order by dns_provider.name limit ${page.limit}`.execute(db);
  return rows;
}

export async function findDnsProvider(db: Db, name: string): Promise<DnsProviderRow | null> {
  const { rows } = await selectProviders(sql`dns_provider.name = ${name}`).execute(db);
  return rows[0] ?? null;
}

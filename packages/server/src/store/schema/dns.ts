/** Zones that proofs are written to, and what is written there. */
import type { Generated, GeneratedAlways } from "kysely";
import type { At, Id, Json, MaybeAt } from "./column.ts";

export type DnsProviderKind = "rfc2136" | "powerdns" | "acme-dns" | "exec" | "cloudflare" | "route53";

interface DnsProviderTable {
  id: GeneratedAlways<Id>;
  name: string;
  kind: DnsProviderKind;
  settings: Json<Readonly<Record<string, unknown>>>;
  secret_id: Id | null;
  wildcards_only: boolean;
  created_at: At;
}

interface DnsZoneTable {
  name: string;
  provider_id: Id;
  takes_delegations: boolean;
}

interface DnsRecordTable {
  id: GeneratedAlways<Id>;
  provider_id: Id;
  zone: string;
  name: string;
  value: string;
  issuance_id: Id | null;
  intended_at: At;
  remove_at: MaybeAt;
  failures: Generated<number>;
  failure_detail: string | null;
}

interface DnsHoldTable {
  name: string;
  holder: string;
  until_at: At;
}

export interface DnsTables {
  dns_provider: DnsProviderTable;
  dns_zone: DnsZoneTable;
  dns_record: DnsRecordTable;
  dns_hold: DnsHoldTable;
}

/** CAs, and the accounts at them. */
import type { CaStatus } from "@certmill/domain";
import type { Generated, GeneratedAlways } from "kysely";
import type { At, Defaulted, Id, MaybeAt } from "./column.ts";

interface CaTable {
  id: GeneratedAlways<Id>;
  name: string;
  directory_url: string;
  root_pem: string | null;
  name_policy: "public" | "private";
  max_orders_in_flight: number;
  is_default: boolean;
  created_at: At;
  limit_set: Generated<string>;
  weight: Generated<number>;
  caa_identities: Generated<string[]>;
  slow_until: MaybeAt;
  health: Defaulted<unknown>;
  status_hint: Generated<CaStatus>;
  status_read_at: MaybeAt;
  offers_renewal_info: Generated<boolean>;
  directory_read_at: MaybeAt;
  profiles: Generated<string[]>;
  profile: string | null;
}

interface AccountTable {
  id: GeneratedAlways<Id>;
  ca_id: Id;
  url: string;
  key_secret_id: Id;
  thumbprint: string;
  contact: string[];
  created_at: At;
}

export interface CaTables {
  ca: CaTable;
  account: AccountTable;
}

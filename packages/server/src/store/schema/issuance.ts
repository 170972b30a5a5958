/** Attempts to get a certificate, and what the responder answers for them. */
import type { Exemption } from "@certmill/domain";
import type { ColumnType, Generated, GeneratedAlways } from "kysely";
import type { At, Defaulted, Id, Json, MaybeAt } from "./column.ts";
import type { KeyType } from "./key.ts";
import type { WorkClassName } from "./line.ts";

interface IssuanceTable {
  id: GeneratedAlways<Id>;
  lineage_id: Id;
  ca_id: Id;
  names: string[];
  key_type: KeyType;
  state_kind: string;
  state: Json<unknown>;
  order_url: string | null;
  key_secret_id: Id | null;
  csr: Uint8Array | null;
  wake_at: MaybeAt;
  fence: ColumnType<string, never, never>;
  failure_code: string | null;
  failure_detail: string | null;
  started_at: At;
  ended_at: MaybeAt;
  class: Generated<WorkClassName>;
  spending: Defaulted<unknown>;
  replaces: string | null;
  exemption: Generated<Exemption>;
  turn: number | null;
  profile: string | null;
  trace: string | null;
  trace_link: string | null;
  trace_owed: Generated<boolean>;
}

interface ChallengeResponseTable {
  token: string;
  key_authorization: string;
  issuance_id: Id;
  identifier: string;
  published_at: At;
  server_name: string | null;
}

export interface IssuanceTables {
  issuance: IssuanceTable;
  challenge_response: ChallengeResponseTable;
}

/** Who may call the API, and what was answered to calls that may come twice. */
import type { GeneratedAlways } from "kysely";
import type { At, Id, Json, MaybeAt } from "./column.ts";

export type TokenScope = "admin" | "tenant" | "edge";

interface TokenTable {
  id: GeneratedAlways<Id>;
  name: string;
  hash: Uint8Array;
  scope: TokenScope;
  tenant_id: Id | null;
  edge_group_id: Id | null;
  created_at: At;
  expires_at: MaybeAt;
  revoked_at: MaybeAt;
}

interface IdempotencyTable {
  token_id: Id;
  key: string;
  request_hash: Uint8Array;
  status: number;
  response: Json<unknown>;
  created_at: At;
}

export interface AccessTables {
  token: TokenTable;
  idempotency: IdempotencyTable;
}

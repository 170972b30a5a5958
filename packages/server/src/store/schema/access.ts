/** Who may call the API, and what was answered to calls that may come twice. */
import type { Generated, GeneratedAlways } from "kysely";
import type { At, Id, Json, MaybeAt } from "./column.ts";

export type SignInMethod = "local" | "oidc";
export type PersonRole = "viewer" | "support" | "operator" | "admin";

export type TokenScope = "admin" | "tenant" | "edge" | "status";

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

interface OperatorTable {
  id: GeneratedAlways<Id>;
  name: string;
  display_name: string;
  role: PersonRole;
  tenant_id: Id | null;
  password: string;
  created_at: At;
  last_sign_in_at: MaybeAt;
}

interface SessionTable {
  id: GeneratedAlways<Id>;
  hash: Uint8Array;
  method: SignInMethod;
  operator_id: Id | null;
  who: string;
  display_name: string;
  role: PersonRole;
  tenant_id: Id | null;
  address: string | null;
  user_agent: string | null;
  started_at: At;
  seen_at: At;
  ends_at: At;
}

interface SignInPaceTable {
  key: Uint8Array;
  full_at: At;
}

export type Via = "token" | SignInMethod | "nobody";

interface AuditTable {
  id: GeneratedAlways<Id>;
  at: At;
  via: Via;
  who: string;
  address: string | null;
  action: string;
  about: string | null;
  status: number | null;
  count: Generated<number>;
  last_at: MaybeAt;
  refused_in: MaybeAt;
}

interface IdempotencyTable {
  /** A token's, or minus a session's. */
  token_id: Id;
  key: string;
  request_hash: Uint8Array;
  status: number;
  response: Json<unknown>;
  created_at: At;
}

export interface AccessTables {
  token: TokenTable;
  operator: OperatorTable;
  session: SessionTable;
  sign_in_pace: SignInPaceTable;
  audit: AuditTable;
  idempotency: IdempotencyTable;
}

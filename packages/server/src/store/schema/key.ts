/** Sealed secrets, and the keys that have a place of their own. */
import type { GeneratedAlways } from "kysely";
import type { At, Id, MaybeAt } from "./column.ts";

export type KeyType = "p256" | "rsa2048";

export type KeyPolicyName = "new" | "keep" | "shared";

interface SecretTable {
  id: GeneratedAlways<Id>;
  kek_id: string;
  wrapped_key: Uint8Array;
  ciphertext: Uint8Array;
}

interface SharedKeyTable {
  id: GeneratedAlways<Id>;
  edge_group_id: Id | null;
  tenant_id: Id | null;
  key_type: KeyType;
  secret_id: Id | null;
  spki: string;
  created_at: At;
  retired_at: MaybeAt;
}

interface RefusedKeyTable {
  spki: string;
  reason: string;
  replacement_id: Id | null;
  refused_at: At;
}

interface KeyEndTable {
  secret_id: Id;
  unused_since: At;
  wake_at: At;
}

export interface KeyTables {
  secret: SecretTable;
  refused_key: RefusedKeyTable;
  shared_key: SharedKeyTable;
  key_end: KeyEndTable;
}

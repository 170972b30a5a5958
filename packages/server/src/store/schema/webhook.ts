/** Who is told of events, and how far. */
import type { Generated, GeneratedAlways } from "kysely";
import type { At, Defaulted, Id, MaybeAt } from "./column.ts";

export type WebhookState = "active" | "paused" | "disabled";

/** What came of one message, for people. */
export interface StoredAnswer {
  /** RFC 3339. */
  readonly at: string;
  readonly type: string;
  readonly domain: string | null;
  /** Null: there was no answer. */
  readonly status: number | null;
  readonly tookMs: number;
  /** The endpoint's words, or the network's; empty where it was taken. */
  readonly detail: string;
}

interface WebhookTable {
  id: GeneratedAlways<Id>;
  url: string;
  types: string[] | null;
  tenant_id: Id | null;
  secret_id: Id;
  old_secret_id: Id | null;
  old_secret_until: MaybeAt;
  state: WebhookState;
  state_reason: string | null;
  xact: string;
  event_id: Id;
  wake_at: At;
  fence: Generated<string>;
  failures: Generated<number>;
  failing_since: MaybeAt;
  delivered: Generated<string>;
  delivered_at: MaybeAt;
  answers: Defaulted<readonly StoredAnswer[]>;
  created_at: At;
}

interface WebhookHeldTable {
  webhook_id: Id;
  lineage_id: Id;
  xact: string;
  event_id: Id;
  attempts: number;
  held_since: At;
  wake_at: At;
  answer: string;
}

export interface WebhookTables {
  webhook: WebhookTable;
  webhook_held: WebhookHeldTable;
}

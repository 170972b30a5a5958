import type { Instant } from "@certmill/domain";
import type { Db } from "../database.ts";
import type { StoredAnswer, WebhookState } from "../schema/webhook.ts";

export interface WebhookRow {
  readonly id: string;
  readonly url: string;
  readonly types: string[] | null;
  readonly tenant: string | null;
  readonly state: WebhookState;
  readonly state_reason: string | null;
  readonly xact: string;
  readonly event_id: string;
  readonly wake_at: Instant;
  readonly secret_id: string;
  readonly old_secret_id: string | null;
  readonly old_secret_until: Instant | null;
  readonly failures: number;
  readonly failing_since: Instant | null;
  readonly delivered: string;
  readonly delivered_at: Instant | null;
  readonly answers: readonly StoredAnswer[];
  readonly created_at: Instant;
  /** Domains held back. */
  readonly held: string;
}

const selectWebhooks = (db: Db) =>
  db
    .selectFrom("webhook")
    .leftJoin("tenant", "tenant.id", "webhook.tenant_id")
    .selectAll("webhook")
    .select("tenant.name as tenant")
    .select((query) =>
      query
        .selectFrom("webhook_held")
        .select((held) => held.fn.countAll<string>().as("held"))
        .whereRef("webhook_id", "=", "webhook.id")
        .as("held"),
    )
    .$castTo<WebhookRow>();

export async function findWebhook(db: Db, id: string): Promise<WebhookRow | null> {
  return (await selectWebhooks(db).where("webhook.id", "=", id).executeTakeFirst()) ?? null;
}

/** By id. */
export async function listWebhooks(
  db: Db,
  page: { readonly after: string | null; readonly limit: number },
): Promise<WebhookRow[]> {
  return selectWebhooks(db)
    .$if(page.after !== null, (query) => query.where("webhook.id", ">", page.after))
    .orderBy("webhook.id")
    .limit(page.limit)
    .execute();
}

export interface HeldDomain {
  /** Null: what is about no domain. */
  readonly name: string | null;
  readonly attempts: number;
  readonly held_since: Instant;
  readonly wake_at: Instant;
  readonly answer: string;
}

/** Those that are held back longest. */
export async function listHeld(db: Db, webhookId: string, limit: number): Promise<HeldDomain[]> {
  const rows = await db
    .selectFrom("webhook_held")
    .leftJoin("lineage", "lineage.id", "webhook_held.lineage_id")
    .select([
      "lineage.names",
      "webhook_held.attempts",
      "webhook_held.held_since",
      "webhook_held.wake_at",
      "webhook_held.answer",
    ])
    .where("webhook_id", "=", webhookId)
    .orderBy("held_since")
    .orderBy("webhook_held.lineage_id")
    .limit(limit)
    .execute();
  return rows.map(({ names, ...row }) => ({ ...row, name: names?.[0] ?? null }));
}

/** Those that are to be sent to and that take nothing, or are disabled. */
export async function countFailingWebhooks(db: Db): Promise<number> {
  const { count } = await db
    .selectFrom("webhook")
    .select((query) => query.fn.countAll<string>().as("count"))
    .where((where) =>
      where.or([
        where("state", "=", "disabled"),
        where.and([where("state", "=", "active"), where("failing_since", "is not", null)]),
      ]),
    )
    .executeTakeFirstOrThrow();
  return Number(count);
}

/**
 * Webhooks with something to tell. A process takes one, sends what is next, and stores how far it came; whoever takes
 * it after a crash sends from the stored place again. So a message may come twice, with the same id, and none is lost.
 */
import { after, type Duration, type Instant } from "@certmill/domain";
import { type RawBuilder, sql } from "kysely";
import { type Db, timestamp } from "./database.ts";
import { toldAfter, type WebhookPlace } from "./read/webhook-feed.ts";
import type { StoredAnswer } from "./schema/webhook.ts";

export interface ClaimedWebhook {
  readonly id: string;
  readonly url: string;
  /** Null: all. */
  readonly types: readonly string[] | null;
  readonly tenantId: string | null;
  /** The newest first; those that messages are signed with. */
  readonly secretIds: readonly string[];
  readonly place: WebhookPlace;
  readonly fence: string;
  /** Rounds in a row in which nothing was taken. */
  readonly failures: number;
  readonly failingSince: Instant | null;
  readonly held: readonly HeldBack[];
}

/** A domain whose messages wait, as one was not taken. */
export interface HeldBack {
  /** Null: what is about no domain. */
  readonly lineageId: string | null;
  readonly names: readonly string[];
  /** All of its events up to and with this one are taken. */
  readonly place: WebhookPlace;
  readonly attempts: number;
  readonly since: Instant;
  readonly wakeAt: Instant;
  readonly answer: string;
}

interface WebhookRow {
  id: string;
  url: string;
  types: string[] | null;
  tenant_id: string | null;
  secret_id: string;
  old_secret_id: string | null;
  xact: string;
  event_id: string;
  fence: string;
  failures: number;
  failing_since: Instant | null;
}

/** While so many domains are held back, only these are sent: a dead endpoint does not fill the database. */
export const mostHeld = 1_000;

/**
 * Whether an active webhook has something to send now: an event after its place, or a domain whose time has come. The first
 * event is asked for in order: "exists" would read the table from its beginning, as most of its rows seem to be good.
 */
const hasWork = (now: Instant): RawBuilder<unknown> => sql`(
  exists (select 1 from webhook_held where webhook_id = webhook.id and wake_at <= ${timestamp(now)})
  or ((select event.id from event where ${toldAfter(sql`webhook.xact`, sql`webhook.event_id`)}
      order by event.xact, event.id limit 1) is not null
    and (select count(*) from webhook_held where webhook_id = webhook.id) < ${sql.lit(mostHeld)})
)`;

/** Takes the one that has waited longest; one being taken elsewhere is skipped. Indexes: `webhook_due`, `event_told`. */
export async function claimWebhook(
  db: Db,
  { lease, now }: { readonly lease: Duration; readonly now: Instant },
): Promise<ClaimedWebhook | null> {
  const { rows } = await sql<WebhookRow>`
    with due as materialized (
      select id from webhook where state = 'active' and wake_at <= ${timestamp(now)} and ${hasWork(now)}
      order by wake_at limit 1 for update skip locked
    )
    update webhook set wake_at = ${timestamp(after(now, lease))}, fence = fence + 1 from due
    where webhook.id = due.id
    returning webhook.id, url, types, tenant_id, secret_id,
      case when old_secret_until > ${timestamp(now)} then old_secret_id end as old_secret_id,
      xact::text, event_id, fence, failures, failing_since`.execute(db);
  const [row] = rows;
  if (row === undefined) return null;
  return {
    id: row.id,
    url: row.url,
    types: row.types,
    tenantId: row.tenant_id,
    secretIds: [row.secret_id, ...(row.old_secret_id === null ? [] : [row.old_secret_id])],
    place: { xact: row.xact, id: row.event_id },
    fence: row.fence,
    failures: row.failures,
    failingSince: row.failing_since,
    held: await readHeld(db, row.id),
  };
}

interface HeldRow {
  lineage_id: string;
  names: string[] | null;
  xact: string;
  event_id: string;
  attempts: number;
  held_since: Instant;
  wake_at: Instant;
  answer: string;
}

const ofNoDomain = "0";

async function readHeld(db: Db, webhookId: string): Promise<readonly HeldBack[]> {
  const { rows } = await sql<HeldRow>`
    select held.lineage_id, lineage.names, held.xact::text, held.event_id, held.attempts, held.held_since, held.wake_at,
      held.answer
    from webhook_held held left join lineage on lineage.id = held.lineage_id
    where held.webhook_id = ${webhookId} order by held.xact, held.event_id`.execute(db);
  return rows.map((row) => ({
    lineageId: row.lineage_id === ofNoDomain ? null : row.lineage_id,
    names: row.names ?? [],
    place: { xact: row.xact, id: row.event_id },
    attempts: row.attempts,
    since: row.held_since,
    wakeAt: row.wake_at,
    answer: row.answer,
  }));
}

/** Gives one back whose round was cut off. What it sent is sent again. */
export async function releaseWebhook(
  db: Db,
  { id, fence }: Pick<ClaimedWebhook, "id" | "fence">,
  now: Instant,
): Promise<void> {
  await sql`
    update webhook set wake_at = ${timestamp(now)} where id = ${id} and fence = ${fence}`.execute(db);
}

/** Takes back what a process that died had: only where there is no other. */
export async function forgetWebhookLeases(db: Db, now: Instant): Promise<void> {
  await sql`
    update webhook set wake_at = ${timestamp(now)}, fence = fence + 1
    where failures = 0 and wake_at > ${timestamp(now)}`.execute(db);
}

/** When the next webhook that is put off is to be sent to again; null: none is. */
export async function nextWebhookAt(db: Db): Promise<Instant | null> {
  const { rows } = await sql<{ at: Instant | null }>`
    select least(
      (select min(wake_at) from webhook where state = 'active' and failures > 0),
      (select min(held.wake_at) from webhook_held held join webhook on webhook.id = held.webhook_id
        where webhook.state = 'active')
    ) as at`.execute(db);
  return rows[0]?.at ?? null;
}

/** What a round has come to. */
export interface RoundResult {
  readonly place: WebhookPlace;
  /** New, or as they are now. */
  readonly held: readonly Omit<HeldBack, "names">[];
  /** Lineages (null: what is about none) that are held back no more. */
  readonly freed: readonly (string | null)[];
  /** Messages that are given up. */
  readonly gaveUp: readonly { readonly lineageId: string | null; readonly type: string }[];
  readonly taken: number;
  /** Times that a message was not taken. */
  readonly failed: number;
  /** The newest first. */
  readonly answers: readonly StoredAnswer[];
  readonly failures: number;
  readonly failingSince: Instant | null;
  readonly wakeAt: Instant;
  /** Why it is sent no more; null: it is. */
  readonly disable: string | null;
}

const keptAnswers = 10;

/** @returns false when the claim is no longer ours; nothing was stored. */
export async function commitRound(
  db: Db,
  claimed: Pick<ClaimedWebhook, "id" | "fence">,
  { result, now }: { readonly result: RoundResult; readonly now: Instant },
): Promise<boolean> {
  return db.transaction().execute(async (trx) => {
    const url = await storePlace(trx, claimed, { result, now });
    if (url === null) return false;
    await storeHeld(trx, claimed.id, result);
    await tell(trx, `${claimed.id} (${new URL(url).host})`, { result, now });
    return true;
  });
}

async function storePlace(
  trx: Db,
  { id, fence }: Pick<ClaimedWebhook, "id" | "fence">,
  { result, now }: { readonly result: RoundResult; readonly now: Instant },
): Promise<string | null> {
  const { place, taken, answers, failures, failingSince, wakeAt, disable } = result;
  const { rows } = await sql<{ url: string }>`
    update webhook set xact = ${place.xact}::xid8, event_id = ${place.id}, wake_at = ${timestamp(wakeAt)},
      failures = ${failures}, failing_since = ${failingSince === null ? null : timestamp(failingSince)},
      delivered = delivered + ${taken},
      delivered_at = case when ${taken > 0} then ${timestamp(now)}::timestamptz else delivered_at end,
      answers = jsonb_path_query_array(${JSON.stringify(answers)}::jsonb || answers, ${`$[0 to ${keptAnswers - 1}]`}::jsonpath),
      state = case when ${disable !== null} then 'disabled' else state end,
      state_reason = coalesce(${disable}, state_reason)
    where id = ${id} and fence = ${fence} returning url`.execute(trx);
  return rows[0]?.url ?? null;
}

const idOf = (lineageId: string | null): string => lineageId ?? ofNoDomain;

async function storeHeld(trx: Db, webhookId: string, { held, freed }: RoundResult): Promise<void> {
  if (freed.length > 0)
    await sql`
      delete from webhook_held
      where webhook_id = ${webhookId} and lineage_id = any(${freed.map(idOf)}::bigint[])`.execute(trx);
  if (held.length === 0) return;
  const rows = held.map(({ lineageId, place, attempts, since, wakeAt, answer }) => ({
    lineage_id: idOf(lineageId),
    xact: place.xact,
    event_id: place.id,
    attempts,
    held_since: new Date(since).toISOString(),
    wake_at: new Date(wakeAt).toISOString(),
    answer,
  }));
  await sql`
    insert into webhook_held (webhook_id, lineage_id, xact, event_id, attempts, held_since, wake_at, answer)
    select ${webhookId}, lineage_id, xact::text::xid8, event_id, attempts, held_since, wake_at, answer
    from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) as held (lineage_id bigint, xact text, event_id bigint,
      attempts integer, held_since timestamptz, wake_at timestamptz, answer text)
    on conflict (webhook_id, lineage_id) do update set xact = excluded.xact, event_id = excluded.event_id,
      attempts = excluded.attempts, held_since = excluded.held_since, wake_at = excluded.wake_at,
      answer = excluded.answer`.execute(trx);
}

async function tell(
  trx: Db,
  webhook: string,
  { result: { gaveUp, disable }, now }: { readonly result: RoundResult; readonly now: Instant },
): Promise<void> {
  const at = timestamp(now);
  const rows = gaveUp.map(({ lineageId, type }) => ({ lineage_id: lineageId, type }));
  if (rows.length > 0)
    await sql`
      insert into event (at, kind, lineage_id, detail)
      select ${at}, 'webhook.gave-up', lineage_id, jsonb_build_object('webhook', ${webhook}::text, 'type', type)
      from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) as given_up (lineage_id bigint, type text)`.execute(
      trx,
    );
  if (disable !== null)
    await sql`
      insert into event (at, kind, detail)
      values (${at}, 'webhook.disabled', jsonb_build_object('webhook', ${webhook}::text, 'reason', ${disable}::text))`.execute(
      trx,
    );
}

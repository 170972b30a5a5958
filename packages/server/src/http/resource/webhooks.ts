import { randomBytes, randomUUID } from "node:crypto";
import type { Operations, Webhook, WebhookSummary } from "@certmill/api";
import { hours, type Instant, instant, judgeAnswer, messageTypes } from "@certmill/domain";
import type { Db } from "../../store/database.ts";
import {
  cursorText,
  parseCursor,
  placeAt,
  readBehind,
  readFeedEnd,
  type WebhookPlace,
} from "../../store/read/webhook-feed.ts";
import {
  findWebhook,
  type HeldDomain,
  listHeld,
  listWebhooks,
  type WebhookRow,
} from "../../store/read/webhooks.ts";
import { isRowId } from "../../store/row-id.ts";
import { readSecret } from "../../store/secrets.ts";
import {
  changeSecret,
  insertWebhook,
  pauseWebhook,
  removeWebhook,
  replayWebhook,
  resumeWebhook,
} from "../../store/write/webhooks.ts";
import { decodeCursor, defaultLimit, encodeCursor, pageOf } from "../cursor.ts";
import type { WebhookPorts } from "../ports.ts";
import { instantText, instantTextOrNull } from "../present/instant-text.ts";
import { oneFault, Refusal } from "../refusal.ts";
import type { Handler } from "../routes.ts";

interface Tools {
  readonly db: Db;
  readonly now: () => Instant;
  readonly webhooks: WebhookPorts;
}

/** 24 to 64 bytes, by Standard Webhooks. */
const secretBytes = 32;

/** A fresh secret, sealed, and as the receiver has it. */
function newSecret({ seal }: WebhookPorts) {
  const secret = randomBytes(secretBytes);
  return { sealed: seal(secret), text: `whsec_${secret.toString("base64")}` };
}

export function addWebhookHandler({ db, now, webhooks }: Tools): Handler<Operations["addWebhook"]> {
  return async ({ body: { url, types, tenant } }) => {
    const wrongType = types?.find((type) => !messageTypes.includes(type));
    if (wrongType !== undefined)
      throw oneFault(
        "/types",
        `"${wrongType}" is no type of a message. Known are: ${messageTypes.join(", ")}.`,
      );
    const secret = newSecret(webhooks);
    const webhook = {
      url: endpointUrl(url),
      types: types ?? null,
      tenant: tenant ?? null,
      secret: secret.sealed,
    };
    const row = await demand(db, await insertWebhook(db, webhook, now()));
    return { status: 201, body: { ...present(row), secret: secret.text } };
  };
}

function endpointUrl(text: string): string {
  const url = URL.parse(text);
  if (url === null || !["http:", "https:"].includes(url.protocol))
    throw oneFault("/url", "It must be an address such as https://example.com/certmill.");
  if (url.username !== "" || url.password !== "")
    throw oneFault("/url", "It must not hold a user name or a password: the signature says who sends.");
  url.hash = "";
  return url.href;
}

async function demand(db: Db, id: string): Promise<WebhookRow> {
  const row = isRowId(id) ? await findWebhook(db, id) : null;
  if (row === null) throw new Refusal("not-found", `There is no webhook ${id}.`);
  return row;
}

export function listWebhooksHandler({ db }: Pick<Tools, "db">): Handler<Operations["listWebhooks"]> {
  return async ({ query: { after, limit = defaultLimit } }) => {
    const cursor = decodeCursor("webhooks", 1, after)?.[0] ?? null;
    if (cursor !== null && !isRowId(cursor)) throw new Refusal("invalid-cursor", "The cursor is damaged.");
    const rows = await listWebhooks(db, { after: cursor, limit: limit + 1 });
    return { status: 200, body: pageOf(rows, limit, present, ({ id }) => encodeCursor("webhooks", [id])) };
  };
}

const mostBehind = 10_000;
const shownHeld = 20;

export function showWebhookHandler({ db }: Pick<Tools, "db">): Handler<Operations["showWebhook"]> {
  return async ({ params: { id } }) => {
    const row = await demand(db, id);
    const place = { xact: row.xact, id: row.event_id };
    const { installation } = await readFeedEnd(db);
    const { count, oldest } = await readBehind(db, place, mostBehind + 1);
    return {
      status: 200,
      body: {
        ...present(row),
        cursor: cursorText({ installation, ...place }),
        behind: {
          events: Math.min(count, mostBehind),
          more: count > mostBehind,
          oldestAt: instantTextOrNull(oldest),
        },
        answers: [...row.answers],
        held: (await listHeld(db, id, shownHeld)).map(presentHeld),
      },
    };
  };
}

export function testWebhookHandler({ db, now, webhooks }: Tools): Handler<Operations["testWebhook"]> {
  return async ({ params: { id }, signal }) => {
    const { url, secret_id, old_secret_id, old_secret_until } = await demand(db, id);
    const both = old_secret_id !== null && old_secret_until !== null && old_secret_until > now();
    const secrets = await Promise.all(
      (both ? [secret_id, old_secret_id] : [secret_id]).map((secret) => readSecret(db, secret)),
    );
    const sentAt = now();
    const message = {
      type: "webhook.test",
      timestamp: instantText(sentAt),
      data: { webhook: id, sentence: "This is a test: nothing has happened." },
    };
    const request = { url, secrets, id: `msg_test_${randomUUID()}`, body: JSON.stringify(message) };
    const { answer, detail } = await webhooks.send(request, signal);
    return {
      status: 200,
      body: {
        taken: judgeAnswer(answer, now()).kind === "taken",
        status: answer.kind === "answered" ? answer.status : null,
        tookMs: Math.max(0, now() - sentAt),
        detail,
      },
    };
  };
}

export function pauseWebhookHandler({ db }: Pick<Tools, "db">): Handler<Operations["pauseWebhook"]> {
  return async ({ params: { id } }) => {
    await demand(db, id);
    await pauseWebhook(db, id);
    return { status: 200, body: present(await demand(db, id)) };
  };
}

export function resumeWebhookHandler({ db, now }: Tools): Handler<Operations["resumeWebhook"]> {
  return async ({ params: { id } }) => {
    await demand(db, id);
    await resumeWebhook(db, id, now());
    return { status: 200, body: present(await demand(db, id)) };
  };
}

const defaultKeepOld = 24;

export function rotateWebhookSecretHandler({
  db,
  now,
  webhooks,
}: Tools): Handler<Operations["rotateWebhookSecret"]> {
  return async ({ params: { id }, body: { keepOldHours = defaultKeepOld } }) => {
    await demand(db, id);
    const secret = newSecret(webhooks);
    await changeSecret(db, { id, secret: secret.sealed, keepOld: hours(keepOldHours) }, now());
    return { status: 200, body: { ...present(await demand(db, id)), secret: secret.text } };
  };
}

export function replayWebhookHandler({ db, now }: Tools): Handler<Operations["replayWebhook"]> {
  return async ({ params: { id }, body: { from } }) => {
    await demand(db, id);
    await replayWebhook(db, { id, place: await placeOf(db, from) }, now());
    return { status: 200, body: present(await demand(db, id)) };
  };
}

async function placeOf(db: Db, from: string): Promise<WebhookPlace> {
  const end = await readFeedEnd(db);
  if (from === "now") return end;
  const cursor = parseCursor(from);
  if (cursor === null) {
    const at = /^\d{4}-\d\d-\d\d/.test(from) ? Date.parse(from) : Number.NaN;
    if (Number.isNaN(at))
      throw oneFault(
        "/from",
        'It must be a message\'s cursor, an instant such as 2026-11-22T12:00:00Z, or "now".',
      );
    return placeAt(db, instant(at));
  }
  if (cursor.installation !== end.installation || BigInt(cursor.xact) > BigInt(end.xact))
    throw oneFault(
      "/from",
      "It is the cursor of another installation, or of a time that a backup has undone.",
    );
  return cursor;
}

export function removeWebhookHandler({ db }: Pick<Tools, "db">): Handler<Operations["removeWebhook"]> {
  return async ({ params: { id } }) => {
    const row = await demand(db, id);
    await removeWebhook(db, id);
    return { status: 200, body: present(row) };
  };
}

function present(row: WebhookRow): WebhookSummary {
  const isFailing = row.state === "active" && row.failing_since !== null;
  const [last] = row.answers;
  return {
    id: row.id,
    url: row.url,
    types: row.types,
    tenant: row.tenant,
    state: isFailing ? "failing" : row.state,
    reason: isFailing
      ? `The last time: ${last?.status ?? ""} ${last?.detail ?? ""}`.trim()
      : row.state_reason,
    delivered: Number(row.delivered),
    deliveredAt: instantTextOrNull(row.delivered_at),
    failingSince: instantTextOrNull(row.failing_since),
    nextTryAt: isFailing ? instantText(row.wake_at) : null,
    heldBack: Number(row.held),
    oldSecretUntil: instantTextOrNull(row.old_secret_until),
    createdAt: instantText(row.created_at),
  };
}

const presentHeld = (held: HeldDomain): Webhook["held"][number] => ({
  domain: held.name,
  attempts: held.attempts,
  since: instantText(held.held_since),
  nextTryAt: instantText(held.wake_at),
  answer: held.answer,
});

/** Webhooks told by real processes' loops, of events of a real database. */
import { after, days, hours, instant, milliseconds, minutes, parseRange } from "@certmill/domain";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Clock, systemClock } from "../../src/clock.ts";
import { type WebhookSender, webhookSender } from "../../src/effects/send-webhook.ts";
import { commitAbandoned } from "../../src/store/decision/commit-abandoned.ts";
import { commitIssued } from "../../src/store/decision/commit-issued.ts";
import { placeAt } from "../../src/store/read/webhook-feed.ts";
import { findWebhook } from "../../src/store/read/webhooks.ts";
import { claimWebhook, commitRound, mostHeld } from "../../src/store/webhook-rounds.ts";
import { tellWeek } from "../../src/store/weekly-report.ts";
import { removeLineage } from "../../src/store/write/remove-lineage.ts";
import { insertWebhook, pauseWebhook, replayWebhook, resumeWebhook } from "../../src/store/write/webhooks.ts";
import { WebhookWatch } from "../../src/work/webhook-watch.ts";
import { type MigratedPostgres, startMigratedPostgres } from "../migrated-postgres.ts";
import {
  certificateFor,
  claimOne,
  eventAt,
  type Fleet,
  sealed,
  startFleet,
  storeKey,
} from "../store/fleet.ts";
import { type Receiver, startReceiver } from "./webhook-receiver.ts";

let postgres: MigratedPostgres;
let sender: WebhookSender;
beforeAll(async () => {
  postgres = await startMigratedPostgres();
  sender = webhookSender([parseRange("127.0.0.0/8")].filter((range) => range !== null));
});
afterAll(async () => {
  await sender[Symbol.asyncDispose]();
  await postgres[Symbol.asyncDispose]();
});

const now = () => systemClock.now();
const installation = "11111111-2222-3333-4444-555555555555";

function watch({ db }: Fleet, clock: Clock = systemClock) {
  const errors: unknown[] = [];
  const rounds: { taken: number }[] = [];
  const watched = new WebhookWatch({
    db,
    clock,
    installation,
    send: ({ secrets, ...message }, signal) =>
      sender.send({ ...message, secrets: secrets.map(({ ciphertext }) => ciphertext), now: now() }, signal),
    concurrency: 8,
    pollEvery: milliseconds(50),
    onRound: (_, { taken }) => rounds.push({ taken }),
    onError: (error) => errors.push(error),
  });
  return { watched, errors, rounds };
}

const add = (fleet: Fleet, url: string, types: readonly string[] | null = null): Promise<string> =>
  insertWebhook(fleet.db, { url, types, tenant: null, secret: sealed }, now());

const addNames = (fleet: Fleet, count: number): Promise<void> =>
  fleet.add(
    Array.from({ length: count }, (_, n): [string] => [`n${n}.example.com`]),
    now(),
  );

async function stopAll(...watches: ReturnType<typeof watch>[]): Promise<void> {
  for (const { watched, errors } of watches) {
    await watched.stop();
    expect(errors).toEqual([]);
  }
}

test("two processes tell each event once, the id the same and the signature right; a life in its order", async () => {
  await using fleet = await startFleet(postgres);
  await using receiver = await startReceiver();
  const id = await add(fleet, receiver.url);
  await addNames(fleet, 30);
  const both = [watch(fleet), watch(fleet)] as const;
  await receiver.waitFor(30);
  expect(new Set(receiver.received.map(({ domain }) => domain)).size).toBe(30);
  expect(receiver.received[0]?.headers["webhook-id"]).toMatch(/^msg_11111111-.*_\d+$/);
  await stopAll(...both);
  // What was under way ended before they did.
  expect(receiver.received.length).toBe(30);
  expect(await findWebhook(fleet.db, id)).toMatchObject({ delivered: "30", held: "0" });
});

test("a domain's life is told in order, with its states, its failure and its certificate", async () => {
  await using fleet = await startFleet(postgres);
  await using receiver = await startReceiver();
  await add(fleet, receiver.url);
  const at = now();
  await fleet.add([["shop.example.com", "www.shop.example.com"]], at);
  const failing = await claimOne(fleet, at);
  const failure = {
    cause: "caa",
    detail: "no",
    retryAt: at,
    events: [{ ...eventAt(at, "issuance.failed"), detail: { code: "caa", detail: "no" } }],
    ledger: [],
    now: at,
  } as const;
  await commitAbandoned(fleet.db, failing, failure);
  const issuing = await claimOne(fleet, at);
  await storeKey(fleet.db, issuing.id);
  const events = [eventAt(at, "order.created"), eventAt(at, "certificate.stored")];
  await commitIssued(fleet.db, issuing, {
    certificate: certificateFor(hours(2_000), at),
    events,
    ledger: [],
    now: at,
  });
  await removeLineage(fleet.db, issuing.lineageId, at);
  const one = watch(fleet);
  await receiver.waitFor(6);
  await stopAll(one);
  const data = receiver.received.map(({ type, body }) => {
    const { state, failure: told, certificate } = JSON.parse(body).data;
    return [type, state.before, state.after, told?.code ?? null, certificate?.serial ?? null];
  });
  expect(data).toEqual([
    ["domain.added", null, "waiting", null, "0a"],
    ["issuance.started", "waiting", "issuing", null, "0a"],
    ["issuance.failed", "issuing", "waiting", "caa", "0a"],
    ["issuance.started", "waiting", "issuing", null, "0a"],
    ["certificate.issued", "issuing", "active", null, "0a"],
    ["domain.removed", "active", "removed", null, "0a"],
  ]);
});

test("what a process had sent before it died is sent again, with the same id, once its lease is over", async () => {
  await using fleet = await startFleet(postgres);
  await using receiver = await startReceiver((_, count) => (count === 1 ? "never" : { status: 200 }));
  await add(fleet, receiver.url);
  await addNames(fleet, 1);
  const dying = watch(fleet);
  await receiver.waitFor(1);
  // The process is gone, and its claim with its fence is not: nobody else takes it before the lease ends.
  const { rows } = { rows: await fleet.db.selectFrom("webhook").select(["wake_at", "fence"]).execute() };
  expect(rows[0]?.wake_at).toBeGreaterThan(now());
  expect(await claimWebhook(fleet.db, { lease: minutes(2), now: now() })).toBeNull();
  const late = await claimWebhook(fleet.db, { lease: minutes(2), now: instant(now() + minutes(3)) });
  expect(late?.fence).toBe("2");
  // Whatever the first one stores now is refused.
  const result = { place: { xact: "1", id: "1" }, held: [], freed: [], gaveUp: [], answers: [] };
  const more = { taken: 1, failed: 0, failures: 0, failingSince: null, wakeAt: now(), disable: null };
  const stale = { id: late?.id ?? "", fence: rows[0]?.fence ?? "" };
  expect(await commitRound(fleet.db, stale, { result: { ...result, ...more }, now: now() })).toBe(false);
  await stopAll(dying);
  const next = watch(fleet, { ...systemClock, now: () => instant(now() + minutes(6)) });
  await receiver.waitFor(2);
  await stopAll(next);
  const [first, second] = receiver.received.map(({ headers }) => headers["webhook-id"]);
  expect(second).toBe(first);
});

test("a dead endpoint fills nothing: its place stays, and what waits is told when it is there again", async () => {
  await using fleet = await startFleet(postgres);
  let isDead = true;
  await using receiver = await startReceiver(() => ({ status: isDead ? 503 : 200 }));
  const id = await add(fleet, receiver.url);
  await addNames(fleet, 600);
  const one = watch(fleet);
  await receiver.waitFor(3);
  while (one.rounds.length === 0) await new Promise(setImmediate);
  await stopAll(one);
  const row = await findWebhook(fleet.db, id);
  expect(row).toMatchObject({ held: "0", delivered: "0", failures: 1 });
  expect(row?.wake_at).toBeGreaterThan(now());
  isDead = false;
  const before = receiver.received.length;
  await resumeWebhook(fleet.db, id, now());
  await pauseWebhook(fleet.db, id);
  await resumeWebhook(fleet.db, id, now());
  const two = watch(fleet);
  await receiver.waitFor(before + 600);
  while ((await findWebhook(fleet.db, id))?.delivered !== "600") await new Promise(setImmediate);
  await stopAll(two);
  expect(new Set(receiver.received.slice(before).map(({ domain }) => domain)).size).toBe(600);
});

test("one for a tenant is told of its domains only; one that is paused, of nothing; a replay tells all again", async () => {
  await using fleet = await startFleet(postgres);
  await using mine: Receiver = await startReceiver();
  await using all: Receiver = await startReceiver();
  const begun = now();
  const paused = await add(fleet, mine.url);
  await pauseWebhook(fleet.db, paused);
  const webhook = { url: mine.url, types: ["domain.added"], tenant: "acme", secret: sealed };
  await insertWebhook(fleet.db, webhook, now());
  const id = await add(fleet, all.url, ["domain.added"]);
  await addNames(fleet, 3);
  const acme = await fleet.db.selectFrom("tenant").select("id").executeTakeFirstOrThrow();
  await fleet.db
    .updateTable("lineage")
    .set({ tenant_id: acme.id })
    .where("id", "=", (query) => query.selectFrom("lineage").select((each) => each.fn.min("id").as("id")))
    .execute();
  const one = watch(fleet);
  await all.waitFor(3);
  await mine.waitFor(1);
  await replayWebhook(fleet.db, { id, place: await placeAt(fleet.db, begun) }, now());
  await all.waitFor(6);
  await stopAll(one);
  expect(mine.received.map(({ domain }) => domain)).toEqual(["n0.example.com"]);
  const ids = all.received.map(({ headers }) => headers["webhook-id"]);
  expect(new Set(ids).size).toBe(3);
});

test("while too many domains are held back, nothing else is taken up", async () => {
  await using fleet = await startFleet(postgres);
  const id = await add(fleet, "http://127.0.0.1:1/");
  await addNames(fleet, mostHeld + 1);
  const later = instant(now() + hours(1));
  const lineages = await fleet.db.selectFrom("lineage").select("id").orderBy("id").limit(mostHeld).execute();
  await fleet.db
    .insertInto("webhook_held")
    .values(
      lineages.map(({ id: lineage_id }) => ({
        webhook_id: id,
        lineage_id,
        xact: "1",
        event_id: "1",
        attempts: 1,
        held_since: new Date(now()),
        wake_at: new Date(later),
        answer: "no",
      })),
    )
    .execute();
  expect(await claimWebhook(fleet.db, { lease: minutes(2), now: now() })).toBeNull();
  expect(await claimWebhook(fleet.db, { lease: minutes(2), now: later })).not.toBeNull();
});

test("the weekly report is sent as it is told, to those of the whole installation only", async () => {
  await using fleet = await startFleet(postgres);
  await using receiver = await startReceiver();
  await using tenants = await startReceiver();
  await add(fleet, receiver.url, ["report.weekly"]);
  const webhook = { url: tenants.url, types: null, tenant: "acme", secret: sealed };
  await insertWebhook(fleet.db, webhook, now());
  await addNames(fleet, 1);
  // The week that a new installation begins in is not told.
  const monday = { weekday: 1, hour: 7 };
  expect(await tellWeek(fleet.db, monday, after(now(), days(7)))).toBe(true);
  const watching = watch(fleet);
  await receiver.waitFor(1);
  await stopAll(watching);
  expect(receiver.received.map(({ type }) => type)).toEqual(["report.weekly"]);
  expect(JSON.parse(receiver.received[0]?.body ?? "")).toMatchObject({
    type: "report.weekly",
    data: {
      event: "report.weekly",
      detail: { failing: { certificates: 0 }, reasons: [], changes: { failing: 0 } },
    },
  });
  expect(tenants.received).toEqual([]);
});

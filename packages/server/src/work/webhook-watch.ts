/**
 * Tells webhooks of events, as long as the process runs. Any number of processes do: one at a time has a webhook, and
 * what it has sent is forgotten until it is stored, so a message may be sent twice and none is left out.
 */
import {
  type Duration,
  type Instant,
  milliseconds,
  minutes,
  seconds,
  type WebhookAnswer,
  webhookMessage,
} from "@certmill/domain";
import type { Db } from "../store/database.ts";
import {
  cursorText,
  type FeedEvent,
  readToldEvents,
  scanFeed,
  scanLineage,
  type ToldEvent,
} from "../store/read/webhook-feed.ts";
import { readSecret, type Sealed } from "../store/secrets.ts";
import {
  type ClaimedWebhook,
  claimWebhook,
  commitRound,
  mostHeld,
  nextWebhookAt,
  type RoundResult,
  releaseWebhook,
} from "../store/webhook-rounds.ts";
import { DeliveryRound, longestLane, type PreparedMessage } from "./deliver-round.ts";
import { Rounds } from "./rounds.ts";
import type { WatchBase } from "./watch-base.ts";
import { type Batch, dueHeld, type Lane, messageFor, sortBatch } from "./webhook-lanes.ts";

/** Sends one message to an address, signed with these secrets. It has a deadline of its own, well within the lease. */
export type SendWebhook = (
  message: {
    readonly url: string;
    readonly secrets: readonly Sealed[];
    readonly id: string;
    readonly body: string;
  },
  signal: AbortSignal,
) => Promise<{ readonly answer: WebhookAnswer; readonly detail: string }>;

export interface WebhookWatchOptions extends WatchBase {
  /** Of this installation; messages' ids begin with it. */
  readonly installation: string;
  readonly send: SendWebhook;
  /** Messages to one endpoint at once. */
  readonly concurrency: number;
  /** Without a notification the database is asked this often. */
  readonly pollEvery: Duration;
  readonly onRound: (webhook: ClaimedWebhook, result: RoundResult) => void;
}

/** More than a round and its last answers take. */
const lease = minutes(2);
/** How long what is being sent may go on when the process stops. */
const drain = seconds(2);
/** Events looked at in a round. */
const batchSize = 500;
/** Of these, tried again in a round. */
const mostRetried = 50;
/** Webhooks that this process sends to side by side. */
const mostAtOnce = 8;

export class WebhookWatch {
  readonly #options: WebhookWatchOptions;
  readonly #cut = new AbortController();
  readonly #rounds: Rounds;

  constructor(options: WebhookWatchOptions) {
    this.#options = options;
    this.#rounds = new Rounds({
      clock: options.clock,
      round: (rounds) => this.#claim(rounds),
      shortestWait: 20,
      afterError: 1_000,
      noMore: "Webhooks are told no more.",
      onError: options.onError,
    });
  }

  /** There may be something to tell. */
  wake(): void {
    this.#rounds.wake();
  }

  /** What is being sent may end within a moment; else it is cut off, and sent again by whoever takes the webhook next. */
  async stop(): Promise<void> {
    const stopped = this.#rounds.stop();
    const ended = new AbortController();
    const cutting = this.#options.clock
      .wait(drain, ended.signal)
      .then(() => this.#cut.abort(this.#rounds.signal.reason));
    await stopped;
    ended.abort();
    await cutting;
  }

  /** @returns how long to wait for the next look, in milliseconds. */
  async #claim(rounds: Rounds): Promise<number> {
    const { db, clock, pollEvery } = this.#options;
    while (rounds.underway < mostAtOnce) {
      const claimed = await claimWebhook(db, { lease, now: clock.now() });
      if (claimed === null) break;
      rounds.begin(this.#round(claimed));
    }
    const next = await nextWebhookAt(db);
    const now = clock.now();
    return next === null || next <= now ? pollEvery : Math.min(milliseconds(next - now), pollEvery);
  }

  async #round(claimed: ClaimedWebhook): Promise<void> {
    const { db, clock, onRound, onError } = this.#options;
    try {
      const result = await this.#deliver(claimed);
      if (await commitRound(db, claimed, { result, now: clock.now() })) onRound(claimed, result);
    } catch (error) {
      if (!this.#cut.signal.aborted) onError(error);
      else await releaseWebhook(db, claimed, clock.now()).catch(onError);
    }
  }

  async #deliver(claimed: ClaimedWebhook): Promise<RoundResult> {
    const { db, clock, installation, send, concurrency } = this.#options;
    const now = clock.now();
    const retried = await readRetried(db, claimed, now);
    const { batch, told } = await readBatch(db, claimed, retried);
    const secrets = await Promise.all(claimed.secretIds.map((id) => readSecret(db, id)));
    const round = new DeliveryRound(claimed, {
      now: () => clock.now(),
      prepare: (event) => prepare(event, told, installation),
      send: ({ id, body }) => send({ url: claimed.url, secrets, id, body }, this.#cut.signal),
      ending: this.#rounds.signal,
      concurrency,
    });
    return round.run(retried, batch);
  }
}

async function readRetried(db: Db, claimed: ClaimedWebhook, now: Instant): Promise<Lane[]> {
  const lanes: Lane[] = [];
  for (const held of dueHeld(claimed.held, now).retry.slice(0, mostRetried)) {
    const wanted = { lineageId: held.lineageId, after: held.place, upTo: claimed.place };
    lanes.push({
      lineageId: held.lineageId,
      held,
      events: [...(await scanLineage(db, wanted, longestLane))],
    });
  }
  return lanes;
}

/** The next part of the feed, and what messages say of its events and of those that are tried again. */
async function readBatch(
  db: Db,
  claimed: ClaimedWebhook,
  retried: readonly Lane[],
): Promise<{ batch: Batch; told: ReadonlyMap<string, ToldEvent> }> {
  const isFull = claimed.held.length >= mostHeld;
  const scanned = isFull ? [] : await scanFeed(db, claimed.place, batchSize);
  const wanted = [...scanned, ...retried.flatMap(({ events }) => events)].filter(
    (event) => messageFor(claimed, event) !== null,
  );
  const told = await readToldEvents(
    db,
    wanted.map(({ place }) => place.id),
  );
  return { batch: sortBatch(claimed, scanned, (event) => told.get(event.place.id)?.names ?? []), told };
}

function prepare(
  { place, kind }: FeedEvent,
  told: ReadonlyMap<string, ToldEvent>,
  installation: string,
): PreparedMessage {
  const event = told.get(place.id);
  if (event === undefined) throw new Error(`The event ${place.id} vanished.`);
  const { at, detail, names, tenant, ofTwin, before, certificate, firstStoredAt } = event;
  const isRenewal = (when: Instant): boolean => firstStoredAt !== null && firstStoredAt < when;
  const message = webhookMessage({
    at,
    kind,
    detail,
    domain:
      names === null
        ? null
        : {
            names,
            tenant,
            ofTwin,
            renewal: isRenewal(at),
            before: before === null ? null : { ...before, renewal: isRenewal(before.at) },
            certificate,
          },
    cursor: cursorText({ installation, ...place }),
  });
  if (message === null) throw new Error(`The event ${place.id} has no message.`);
  return {
    id: `msg_${installation}_${place.id}`,
    type: message.type,
    domain: names?.[0] ?? null,
    body: JSON.stringify(message),
  };
}

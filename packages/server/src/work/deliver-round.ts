/**
 * One round of one webhook: sends what is next, side by side for different domains, and says how far it came. A domain
 * whose message is not taken is held back and the others go on; where nothing is taken, the endpoint is left alone for a
 * while, and the place in the feed stays.
 */
import assert from "node:assert/strict";
import {
  askEndpointAt,
  between,
  type Duration,
  type Instant,
  judgeAnswer,
  resendAt,
  seconds,
  type WebhookAnswer,
  webhookPatience,
} from "@certmill/domain";
import { type FeedEvent, placeBefore } from "../store/read/webhook-feed.ts";
import type { StoredAnswer } from "../store/schema/webhook.ts";
import type { ClaimedWebhook, HeldBack, RoundResult } from "../store/webhook-rounds.ts";
import { type Batch, dueHeld, type Lane, messageFor } from "./webhook-lanes.ts";

/** A message as it is sent. */
export interface PreparedMessage {
  readonly id: string;
  readonly type: string;
  /** Of whom it speaks, for the list of answers; null: of no domain. */
  readonly domain: string | null;
  readonly body: string;
}

export interface RoundTools {
  readonly now: () => Instant;
  /** Makes the message of an event; the round asks for it right before it is sent. */
  readonly prepare: (event: FeedEvent) => PreparedMessage;
  readonly send: (
    message: PreparedMessage,
  ) => Promise<{ readonly answer: WebhookAnswer; readonly detail: string }>;
  /** When it aborts nothing more is begun, and what is under way ends. */
  readonly ending: AbortSignal;
  /** Lanes side by side. */
  readonly concurrency: number;
}

/** Nothing more is begun after it: the claim's lease is longer by far. */
const longestRound: Duration = seconds(20);
/** With so many failures in a row the endpoint is in trouble, whatever it says. */
const mostFailures = 8;
/** The same for connections that fail, and for answers such as 503. */
const mostTroubles = 3;
const mostAnswers = 10;
/** Events of a domain that is held back, sent in one round at most. */
export const longestLane = 100;

type HeldNow = Omit<HeldBack, "names">;

interface Retried {
  readonly lineageId: string | null;
  /** Null: it is held back no more. */
  readonly held: HeldNow | null;
  /** The type of the message that was given up; null: none was. */
  readonly gaveUp: string | null;
}

type Health = Pick<RoundResult, "failures" | "failingSince" | "wakeAt" | "disable">;

interface Failed {
  readonly event: FeedEvent;
  readonly kind: "refused" | "trouble";
  readonly answer: string;
}

type Stop =
  | { readonly kind: "gone" }
  /** The endpoint is in trouble; `retryAt`: it has said until when. */
  | { readonly kind: "trouble"; readonly retryAt: Instant | null }
  | { readonly kind: "time" };

export class DeliveryRound {
  readonly #webhook: ClaimedWebhook;
  readonly #tools: RoundTools;
  readonly #startedAt: Instant;
  readonly #sent = new Set<FeedEvent>();
  readonly #failed = new Map<Lane, Failed>();
  readonly #answers: StoredAnswer[] = [];
  #taken = 0;
  #notTaken = 0;
  #failures = 0;
  #troubles = 0;
  #stop: Stop | null = null;

  constructor(webhook: ClaimedWebhook, tools: RoundTools) {
    this.#webhook = webhook;
    this.#tools = tools;
    this.#startedAt = tools.now();
  }

  /** @param retried lanes that were held back and whose time has come. */
  async run(retried: readonly Lane[], batch: Batch): Promise<RoundResult> {
    const isTroubled = this.#webhook.failures > 0;
    const waiting = isTroubled ? [...batch.lanes, ...retried] : [...retried, ...batch.lanes];
    // An endpoint that was in trouble is asked one by one until it takes something, what has failed before last.
    if (isTroubled)
      for (let lane = waiting.shift(); lane !== undefined; lane = waiting.shift()) {
        await this.#sendLane(lane);
        if (this.#taken > 0 || this.#stop !== null) break;
      }
    const workers = Array.from({ length: this.#tools.concurrency }, async () => {
      for (let lane = waiting.shift(); lane !== undefined; lane = waiting.shift()) await this.#sendLane(lane);
    });
    await Promise.all(workers);
    return this.#result(retried, batch);
  }

  async #sendLane(lane: Lane): Promise<void> {
    for (const event of lane.events) {
      const now = this.#tools.now();
      if (this.#tools.ending.aborted || between(this.#startedAt, now) > longestRound)
        this.#stop ??= { kind: "time" };
      if (this.#stop !== null) return;
      if (messageFor(this.#webhook, event) !== null && !(await this.#sendEvent(lane, event))) return;
      this.#sent.add(event);
    }
  }

  /** @returns whether it was taken. */
  async #sendEvent(lane: Lane, event: FeedEvent): Promise<boolean> {
    const { now, prepare, send } = this.#tools;
    const message = prepare(event);
    const sentAt = now();
    const { answer, detail } = await send(message);
    const verdict = judgeAnswer(answer, now());
    const status = answer.kind === "answered" ? answer.status : null;
    this.#note(message, { status, detail: verdict.kind === "taken" ? "" : detail, sentAt });
    if (verdict.kind === "taken") {
      this.#taken += 1;
      this.#failures = 0;
      this.#troubles = 0;
      return true;
    }
    if (verdict.kind === "gone") {
      this.#stop = { kind: "gone" };
      return false;
    }
    this.#notTaken += 1;
    this.#failures += 1;
    if (verdict.kind === "trouble") this.#troubles += 1;
    const retryAt = verdict.kind === "trouble" ? verdict.retryAt : null;
    if (retryAt !== null || this.#failures >= mostFailures || this.#troubles >= mostTroubles)
      this.#stop ??= { kind: "trouble", retryAt };
    // One that comes with a time is not this domain's doing.
    if (retryAt === null)
      this.#failed.set(lane, { event, kind: verdict.kind, answer: answerText(status, detail) });
    return false;
  }

  #note(
    { type, domain }: PreparedMessage,
    { sentAt, ...outcome }: Pick<StoredAnswer, "status" | "detail"> & { readonly sentAt: Instant },
  ): void {
    const tookMs = between(sentAt, this.#tools.now());
    this.#answers.unshift({ at: new Date(sentAt).toISOString(), type, domain, tookMs, ...outcome });
    this.#answers.length = Math.min(this.#answers.length, mostAnswers);
  }

  #result(retried: readonly Lane[], batch: Batch): RoundResult {
    const now = this.#tools.now();
    const heldLanes = new Set(
      batch.lanes.filter((lane) => this.#holds(lane) !== null).map(({ lineageId }) => lineageId),
    );
    const inLanes = new Set(batch.lanes.flatMap(({ events }) => events));
    const done = batch.passed.findIndex(
      (event) => inLanes.has(event) && !this.#sent.has(event) && !heldLanes.has(event.lineageId),
    );
    const reached = done === -1 ? batch.passed : batch.passed.slice(0, done);
    // What came to a domain while it was held back is not in its lane yet.
    const passedBy = new Set(reached.map(({ lineageId }) => lineageId));
    const retries = retried.map((lane) => this.#afterRetry(lane, passedBy.has(lane.lineageId), now));
    return {
      place: reached.at(-1)?.place ?? this.#webhook.place,
      held: [
        ...this.#newlyHeld(batch, new Set(reached), now),
        ...retries.flatMap(({ held }) => held ?? []),
        ...this.#stillBehind(retries, now),
      ],
      freed: retries.filter(({ held }) => held === null).map(({ lineageId }) => lineageId),
      gaveUp: retries.flatMap(({ lineageId, gaveUp }) =>
        gaveUp === null ? [] : [{ lineageId, type: gaveUp }],
      ),
      taken: this.#taken,
      failed: this.#notTaken,
      answers: this.#answers,
      ...this.#health(now),
    };
  }

  /**
   * The failure for which a lane is held back; null: it is not. Where nothing was taken, that is only what was refused for
   * itself, and nothing of an endpoint that refuses all.
   */
  #holds(lane: Lane): Failed | null {
    const failed = this.#failed.get(lane);
    if (failed === undefined) return null;
    return this.#taken > 0 || (failed.kind === "refused" && this.#stop === null) ? failed : null;
  }

  #newlyHeld(batch: Batch, reached: ReadonlySet<FeedEvent>, now: Instant): HeldNow[] {
    const failed = batch.lanes.flatMap((lane) => {
      const failure = this.#holds(lane);
      return failure !== null && reached.has(failure.event) ? [this.#holdBack(lane, failure, now)] : [];
    });
    const behind = batch.behind
      .filter(({ event }) => reached.has(event))
      .map(({ event, held }) => ({
        lineageId: event.lineageId,
        place: placeBefore(event.place),
        attempts: 0,
        since: now,
        wakeAt: held.wakeAt,
        answer: "It waits for a domain that shares a name with it.",
      }));
    return [...failed, ...behind];
  }

  /** Those that are due and wait behind another one go with it. */
  #stillBehind(retries: readonly Retried[], now: Instant): HeldNow[] {
    const retriedNow = new Map(retries.map(({ lineageId, held }) => [lineageId, held]));
    return dueHeld(this.#webhook.held, now).waits.map(({ held, before }) => {
      const first = retriedNow.get(before.lineageId);
      return { ...held, wakeAt: first === undefined ? before.wakeAt : (first?.wakeAt ?? now) };
    });
  }

  /** How a lane that was held back is held from now on (null: no more), and the type of message that it gave up. */
  #afterRetry(lane: Lane, hasMore: boolean, now: Instant): Retried {
    const { held, events, lineageId } = lane;
    assert(held !== null, "a lane that is retried was held back");
    const failed = this.#holds(lane);
    if (failed === null) {
      const sent = events.filter((event) => this.#sent.has(event));
      const isWhole = sent.length === events.length && events.length < longestLane && !hasMore;
      const attempts = sent.length > 0 ? 0 : held.attempts;
      const rest = { ...held, place: sent.at(-1)?.place ?? held.place, attempts, wakeAt: now };
      return { lineageId, held: isWhole ? null : rest, gaveUp: null };
    }
    const again = this.#holdBack(lane, failed, now);
    if (between(again.since, now) < webhookPatience) return { lineageId, held: again, gaveUp: null };
    const after = { ...again, place: failed.event.place, attempts: 0, since: now, wakeAt: now };
    return { lineageId, held: after, gaveUp: messageFor(this.#webhook, failed.event) };
  }

  #holdBack(lane: Lane, { event, answer }: Failed, now: Instant): HeldNow {
    const { lineageId, held } = lane;
    const isSame = held !== null && held.attempts > 0 && !lane.events.some((each) => this.#sent.has(each));
    const attempts = isSame ? held.attempts + 1 : 1;
    const wakeAt = resendAt({ key: `${this.#webhook.id} ${lineageId}`, attempt: attempts }, now);
    const since = isSame ? held.since : now;
    return { lineageId, place: placeBefore(event.place), attempts, since, wakeAt, answer };
  }

  #health(now: Instant): Health {
    const { failures, failingSince } = this.#webhook;
    const stop = this.#stop;
    if (stop?.kind === "gone")
      return { failures, failingSince, wakeAt: now, disable: "It answered 410: it wants nothing any more." };
    const retryAt = stop?.kind === "trouble" ? stop.retryAt : null;
    if (this.#taken > 0) return { failures: 0, failingSince: null, wakeAt: retryAt ?? now, disable: null };
    if (this.#notTaken === 0) return { failures, failingSince, wakeAt: now, disable: null };
    return this.#trouble(retryAt, now);
  }

  /** Nothing was taken. One that only refused single messages is not left alone: others may be taken. */
  #trouble(retryAt: Instant | null, now: Instant): Health {
    const { id, failures, failingSince } = this.#webhook;
    const since = failingSince ?? now;
    const isDown = this.#stop !== null || this.#troubles > 0;
    const attempt = failures + (isDown ? 1 : 0);
    const { detail = "", status = null } = this.#answers[0] ?? {};
    const isOver = between(since, now) >= webhookPatience;
    return {
      failures: attempt,
      failingSince: since,
      wakeAt: isDown ? askEndpointAt({ key: id, attempt, retryAt }, now) : now,
      disable: isOver
        ? `It has taken nothing for 5 days; the last time: ${answerText(status, detail)}.`
        : null,
    };
  }
}

const answerText = (status: number | null, detail: string): string =>
  status === null ? detail : detail === "" ? `HTTP ${status}` : `HTTP ${status}, ${detail}`;

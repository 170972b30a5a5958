/** The requests of this process to one limit of a CA: each goes out at a slot of its own; whose that is, their line decides. */
import {
  type Duration,
  type Instant,
  instant,
  type Limit,
  mostSlots,
  refillTime,
  type WorkClass,
} from "@certmill/domain";
import type { Clock } from "../clock.ts";
import { RequestLine } from "./request-line.ts";

/** A request would wait so long that it is better made later. Nothing was sent. */
export class RequestsBackedUp extends Error {
  readonly code = "requests-backed-up";
  /** When it can be made. */
  readonly retryAt: Instant;

  constructor(retryAt: Instant) {
    super("Requests to the certificate authority wait for its limit of requests.");
    this.retryAt = retryAt;
  }
}

export interface SlotQueueOptions {
  readonly limit: Limit;
  readonly clock: Clock;
  /** Draws slots for all processes' sake. @throws RequestsBackedUp; the database's errors. */
  readonly draw: (count: number) => Promise<readonly number[]>;
  /** No request waits longer than about this. */
  readonly longestWait: Duration;
  /** Ends all waiting, with its reason. */
  readonly signal: AbortSignal;
}

export class SlotQueue {
  readonly #options: SlotQueueOptions;
  readonly #line = new RequestLine();
  /** Drawn ahead, ascending. */
  #slots: number[] = [];
  /** How many to draw: more as long as none is left over. */
  #ahead = 1;
  #notBefore = instant(0);
  #isServing = false;

  constructor(options: SlotQueueOptions) {
    this.#options = options;
    options.signal.addEventListener("abort", () => this.#refuseAll(options.signal.reason), { once: true });
  }

  /** Resolves when one request may go out. @throws RequestsBackedUp; a signal's reason; the database's errors. */
  async take(workClass: WorkClass, signal: AbortSignal | null): Promise<void> {
    const { clock, limit, longestWait } = this.#options;
    this.#options.signal.throwIfAborted();
    signal?.throwIfAborted();
    const now = clock.now();
    const backlog = this.#line.slotsBefore(workClass) * refillTime(limit);
    if (backlog > longestWait) throw new RequestsBackedUp(instant(Math.ceil(now + backlog)));
    const request = this.#line.join(workClass, now);
    const giveUp = () => {
      this.#line.leave(request);
      request.reject(signal?.reason);
    };
    signal?.addEventListener("abort", giveUp, { once: true });
    void this.#serve();
    try {
      await request.promise;
    } finally {
      signal?.removeEventListener("abort", giveUp);
    }
  }

  /** Nothing goes out before `until`; what is drawn already has lapsed. */
  hold(until: Instant): void {
    this.#slots = [];
    this.#notBefore = instant(Math.max(this.#notBefore, until));
  }

  async #serve(): Promise<void> {
    if (this.#isServing) return;
    this.#isServing = true;
    try {
      while (this.#line.size > 0) {
        await this.#nextSlot();
        this.#serveOne();
      }
    } catch (error) {
      this.#refuseAll(error);
    } finally {
      this.#isServing = false;
    }
  }

  /** Resolves at a slot, which is then used up. */
  async #nextSlot(): Promise<void> {
    const { clock, signal } = this.#options;
    for (;;) {
      const at = this.#leftSlot() ?? (await this.#draw());
      for (let now = clock.now(); now < at && this.#isAllowed(at); now = clock.now()) {
        await clock.wait(Math.ceil(at - now), signal);
        signal.throwIfAborted();
      }
      if (this.#isAllowed(at)) return;
    }
  }

  /** Slots have fractions of a millisecond, the CA's instants have none. */
  #isAllowed(at: number): boolean {
    return at > this.#notBefore - 1;
  }

  /** One of those drawn ahead; null when there is none, or it has lapsed: many used late at once would be too many. */
  #leftSlot(): number | null {
    const { clock, limit } = this.#options;
    const lapsed = clock.now() - (limit.burst * refillTime(limit)) / 2;
    const at = this.#slots.shift();
    if (at === undefined) return null;
    if (at >= lapsed) return at;
    this.#slots = [];
    this.#ahead = 1;
    return null;
  }

  async #draw(): Promise<number> {
    const { draw, limit } = this.#options;
    const most = mostSlots(limit);
    const slots = await draw(Math.min(most, Math.max(this.#ahead, this.#line.size)));
    this.#ahead = Math.min(most, this.#ahead * 2);
    const [first = 0, ...left] = slots;
    this.#slots = left;
    return first;
  }

  /** Whoever has waited too long is told so; the slot stays when all have given up. */
  #serveOne(): void {
    const { clock, longestWait } = this.#options;
    const now = clock.now();
    for (const late of this.#line.takeOlder(now - longestWait)) late.reject(new RequestsBackedUp(now));
    const next = this.#line.takeNext();
    if (next === null) this.#slots.unshift(now);
    else next.resolve();
  }

  #refuseAll(error: unknown): void {
    for (const each of this.#line.takeOlder(Number.POSITIVE_INFINITY)) each.reject(error);
  }
}

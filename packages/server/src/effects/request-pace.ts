/**
 * Keeps our requests to one CA under its limits of requests, together with those of all other processes (the slots are
 * drawn from the database), and keeps everyone quiet for as long as the CA asks for it.
 */
import type { AcmeProblem, ResourceKind } from "@certmill/acme";
import {
  after,
  instant,
  minutes,
  pacedLimit,
  type RequestLimit,
  refillTime,
  seconds,
  type WorkClass,
} from "@certmill/domain";
import type { Clock } from "../clock.ts";
import type { Db } from "../store/database.ts";
import { drawSlots, type PaceRow, pushSlots } from "../store/request-slots.ts";
import { RequestsBackedUp, SlotQueue } from "./slot-queue.ts";

/** As long as a request itself may take. */
const longestWait = seconds(30);
/** A slot is that far off only when the CA asked for a pause: each process holds few at a time. */
const nearest = seconds(5);
const nearestSlots = 16;
/** Where the CA asks for a pause and does not say how long. */
const pauseOfItself = seconds(5);
/** CAs have sent a day. */
const longestPause = minutes(15);

export interface RequestPaceOptions {
  readonly db: Db;
  readonly caId: string;
  readonly clock: Clock;
}

interface Lane {
  readonly row: PaceRow;
  readonly queue: SlotQueue;
}

export class RequestPace implements AsyncDisposable {
  readonly #options: RequestPaceOptions;
  #limits: readonly RequestLimit[] = [];
  #lanes: ReadonlyMap<string, Lane> = new Map();
  readonly #pushes = new Set<Promise<void>>();
  readonly #end = new AbortController();

  constructor(options: RequestPaceOptions) {
    this.#options = options;
  }

  /**
   * What requests are held to from now on; one that waits already goes on as it was. Before the first call, and with no
   * limits, every request goes out at once.
   */
  setLimits(limits: readonly RequestLimit[]): void {
    if (limits === this.#limits) return;
    this.#limits = limits;
    this.#lanes = new Map(
      limits.map(({ resource, limit }) => [resource, this.#lane(resource, pacedLimit(limit))]),
    );
  }

  /**
   * Resolves when a request for `resource` may go out. Where several wait, each class has its share (SlotTaking).
   *
   * @throws RequestsBackedUp; the signal's reason; the database's errors.
   */
  async turn(resource: ResourceKind, workClass: WorkClass, signal: AbortSignal | null): Promise<void> {
    const own = this.#lanes.get(resource);
    // The limit of all is the wide one: a slot of it that is used late, after the wait for the other, does least harm.
    // A CA that limits renewal information by itself counts it there alone, and issuing is not to wait behind it.
    if (own === undefined || resource !== "renewalInfo")
      await this.#lanes.get("*")?.queue.take(workClass, signal);
    await own?.queue.take(workClass, signal);
  }

  /**
   * The CA has refused a request. A 503 is for all of them; a 429 that names no limit of another kind is for those of
   * its resource. Here it holds at once, in other processes with their next draw.
   */
  refused(resource: ResourceKind, { throttling, retryAt }: AcmeProblem): void {
    const all = this.#lanes.get("*");
    const own = this.#lanes.get(resource);
    if (throttling?.kind === "shedding") this.#hold(all ?? own, retryAt);
    else if (throttling?.kind === "quota" && throttling.limit === null) this.#hold(own ?? all, retryAt);
  }

  #hold(lane: Lane | undefined, retryAt: number | null): void {
    if (lane === undefined) return;
    const { db, clock } = this.#options;
    const now = clock.now();
    const until = instant(Math.min(retryAt ?? after(now, pauseOfItself), after(now, longestPause)));
    lane.queue.hold(until);
    // Without the database this process alone keeps quiet; the others hear it from the CA.
    const push = pushSlots(db, lane.row, until)
      .catch(() => {})
      .finally(() => this.#pushes.delete(push));
    this.#pushes.add(push);
  }

  #lane(resource: string, limit: RequestLimit["limit"]): Lane {
    const { db, caId, clock } = this.#options;
    const row = { caId, resource, limit };
    const far = Math.max(nearest, nearestSlots * refillTime(limit));
    const draw = async (count: number): Promise<readonly number[]> => {
      const now = clock.now();
      const drawn = await drawSlots(db, row, { count, before: instant(now + far), now });
      if (drawn.kind === "drawn") return drawn.slots;
      throw new RequestsBackedUp(drawn.nextAt);
    };
    return { row, queue: new SlotQueue({ limit, clock, draw, longestWait, signal: this.#end.signal }) };
  }

  /** Ends all waiting. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#end.abort(new Error("The connection to the CA is being closed."));
    await Promise.all(this.#pushes);
  }
}

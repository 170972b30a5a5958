/**
 * The one reader of a process that feeds all open streams: however many there are, the database is asked once for what
 * happened, and once a second at most for the overview. It runs while a stream is open.
 */
import type { Overview } from "@certmill/api";
import { type Duration, type Instant, milliseconds } from "@certmill/domain";
import type { Db } from "../../store/database.ts";
import type { FeedPosition } from "../../store/read/feed-position.ts";
import { findStandingHolders } from "../../store/read/holders.ts";
import { type LiveEventRow, readLiveEvents, readNewestEvents } from "../../store/read/live-feed.ts";
import type { Wakeups } from "../../store/wakeups.ts";
import { LiveMessages } from "./live-messages.ts";
import type { LiveStream } from "./live-stream.ts";
import { OverviewParts } from "./overview-parts.ts";
import { RecentEvents } from "./recent-events.ts";

export interface LiveReaderOptions {
  readonly db: Db;
  readonly wakeups: Wakeups;
  readonly now: () => Instant;
  /** How long a session lasts that is not used. */
  readonly sessionIdle: Duration;
  readonly readOverview: () => Promise<Overview>;
  /** Told of a read that failed; it is tried again a second later. */
  readonly onError: (error: unknown) => void;
}

/** Events told again to who was away: those of some minutes. */
const remembered = 5_000;
const readAtOnce = 1_000;
/** Between two reads, in milliseconds: what happens in between goes out together. */
const pace = 250;
/** A read without a notification: not all that happens sends one. */
const unnotified = milliseconds(500);
const afterError = milliseconds(1_000);
/** Milliseconds. */
const heartbeatEvery = 15_000;
const overviewEvery = 1_000;
/** Whose session or token has ended is told nothing more after so long. */
const accessEvery = 2_000;

export class LiveReader {
  readonly #options: LiveReaderOptions;
  readonly #streams = new Set<LiveStream>();
  readonly #overview: OverviewParts;
  #accessSeenAt = Number.NEGATIVE_INFINITY;
  #running: { readonly begun: Promise<RecentEvents> } | null = null;

  constructor(options: LiveReaderOptions) {
    this.#options = options;
    this.#overview = new OverviewParts(options.readOverview);
  }

  /** How many streams are open. */
  get open(): number {
    return this.#streams.size;
  }

  /**
   * Feeds a stream until it ends. What happened since `after` comes first; null: from now on.
   *
   * @throws the database's errors, when there is no reader yet and none can begin.
   */
  async feed(stream: LiveStream, after: FeedPosition | null): Promise<void> {
    const recent = await this.#begun();
    if (stream.isOver) return;
    stream.send(new LiveMessages(recent.installation).welcome());
    this.#tellAgain(stream, recent, after);
    this.#streams.add(stream);
    stream.whenOver(() => this.#streams.delete(stream));
  }

  #tellAgain(stream: LiveStream, recent: RecentEvents, after: FeedPosition | null): void {
    if (after === null) return;
    const messages = new LiveMessages(recent.installation);
    const since = recent.since(after);
    if (typeof since === "string") stream.send(messages.reset(since));
    else {
      const message = messages.events(since, stream.view);
      if (message !== null) stream.send(message);
    }
  }

  async #begun(): Promise<RecentEvents> {
    if (this.#running === null) {
      const begun = this.#readNewest();
      const running = { begun };
      this.#running = running;
      begun.then(
        (recent) => void this.#run(recent).finally(() => this.#ended(running)),
        () => this.#ended(running),
      );
    }
    return this.#running.begun;
  }

  #ended(running: unknown): void {
    if (this.#running === running) this.#running = null;
  }

  async #readNewest(): Promise<RecentEvents> {
    const { events, end, isCut, installation } = await readNewestEvents(this.#options.db, remembered);
    return new RecentEvents({ events, end, isWhole: !isCut, installation, most: remembered });
  }

  async #run(recent: RecentEvents): Promise<void> {
    const { wakeups, onError } = this.#options;
    const over = new AbortController();
    const awaited = { channel: "certmill_feed", about: null } as const;
    let beatAt = performance.now() + heartbeatEvery;
    // The first stream is added right after this has begun.
    await rest(0);
    while (this.#streams.size > 0) {
      let hasMore = false;
      try {
        hasMore = await this.#round(recent);
      } catch (error) {
        onError(error);
        await wakeups.waitFor(awaited, over.signal, afterError);
      }
      if (performance.now() >= beatAt) {
        beatAt = performance.now() + heartbeatEvery;
        this.#sendAll(LiveMessages.heartbeat);
      }
      for (const stream of this.#streams) stream.endInTime();
      await rest(pace);
      if (!hasMore) await wakeups.waitFor(awaited, over.signal, unnotified);
    }
  }

  /** @returns whether there may be more at once. */
  async #round(recent: RecentEvents): Promise<boolean> {
    await this.#endWithoutAccess();
    const { events, end, isCut } = await readLiveEvents(this.#options.db, recent.end, readAtOnce);
    recent.add(events, end);
    if (events.length > 0) this.#sendEvents(recent.installation, events);
    await this.#sendOverview(events.length > 0);
    return isCut;
  }

  /** Before anything is sent: who was signed out, changed or removed meanwhile hears no more. */
  async #endWithoutAccess(): Promise<void> {
    if (performance.now() - this.#accessSeenAt < accessEvery) return;
    const { db, now, sessionIdle } = this.#options;
    const looked = [...this.#streams];
    const holders = [...new Set(looked.map(({ holder }) => holder))];
    const standing = await findStandingHolders(db, holders, { now: now(), idle: sessionIdle });
    this.#accessSeenAt = performance.now();
    for (const stream of looked) if (!standing.has(stream.holder)) stream.end("access-ended");
  }

  #sendEvents(installation: string, events: readonly LiveEventRow[]): void {
    const messages = new LiveMessages(installation);
    for (const stream of this.#streams) {
      const message = messages.events(events, stream.view);
      if (message !== null) stream.send(message);
    }
  }

  async #sendOverview(isNews: boolean): Promise<void> {
    const wanting = [...this.#streams].filter(({ wantsOverview }) => wantsOverview);
    if (wanting.length === 0) return;
    const changed = await this.#overview.next({ isNews, every: overviewEvery });
    for (const stream of wanting) {
      const parts = stream.hasOverview ? changed : this.#overview.whole();
      if (parts === null) continue;
      stream.hasOverview = true;
      stream.send(parts);
    }
  }

  #sendAll(message: Buffer): void {
    for (const stream of this.#streams) stream.send(message);
  }
}

const rest = (milliseconds: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, milliseconds));

import type { LiveEvent, Overview, operations, StreamEventOf } from "@certmill/api";
import type { TopView } from "./terminal/top-text.ts";

type Told = StreamEventOf<typeof operations.followLive>;

const mostEvents = 200;
const minute = 60_000;

/** What the live stream has told so far, put together. */
export class LivePicture {
  readonly #beganAt: number;
  #overview: Overview | null = null;
  #events: readonly LiveEvent[] = [];
  /** When certificates were stored, in the last minute. */
  #storedAt: number[] = [];

  constructor(now: number) {
    this.#beganAt = now;
  }

  take(told: Told, now: number): void {
    if (told.event === "overview") this.#overview = { ...this.#overview, ...told.data } as Overview;
    if (told.event !== "events") return;
    this.#events = [...this.#events, ...told.data.events].slice(-mostEvents);
    for (const { kind } of told.data.events) if (kind === "certificate.stored") this.#storedAt.push(now);
  }

  /** Null: the overview has not come yet. */
  view(now: number): TopView | null {
    if (this.#overview === null) return null;
    this.#storedAt = this.#storedAt.filter((at) => at > now - minute);
    const storedLastMinute = now - this.#beganAt < minute ? null : this.#storedAt.length;
    return { overview: this.#overview, events: this.#events, storedLastMinute };
  }
}

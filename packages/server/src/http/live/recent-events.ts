/** The last events that were read, for those who were away for a moment. */
import type { FeedPosition } from "../../store/read/feed-position.ts";
import type { LiveEventRow } from "../../store/read/live-feed.ts";

export class RecentEvents {
  readonly installation: string;
  readonly #most: number;
  #events: LiveEventRow[];
  #end: FeedPosition;
  /** Nothing that happened before the first of them is left out. */
  #isWhole: boolean;

  constructor(read: {
    readonly events: readonly LiveEventRow[];
    readonly end: FeedPosition;
    readonly isWhole: boolean;
    readonly installation: string;
    readonly most: number;
  }) {
    this.installation = read.installation;
    this.#events = [...read.events];
    this.#end = read.end;
    this.#isWhole = read.isWhole;
    this.#most = read.most;
  }

  /** All up to and with it is read. */
  get end(): FeedPosition {
    return this.#end;
  }

  add(events: readonly LiveEventRow[], end: FeedPosition): void {
    this.#events.push(...events);
    this.#end = end;
    // Now and then a half at once: to drop a few each time would move all the others.
    if (this.#events.length <= 2 * this.#most) return;
    this.#events = this.#events.slice(-this.#most);
    this.#isWhole = false;
  }

  /** What happened after a place, or why that cannot be told. */
  since(place: FeedPosition): readonly LiveEventRow[] | "unknown-position" | "too-long-ago" {
    if (place.installation !== this.installation || isBefore(this.#end, place)) return "unknown-position";
    const [first] = this.#events;
    const isKnown = this.#isWhole || (first !== undefined && !isBefore(place, first));
    if (!isKnown) return "too-long-ago";
    return this.#events.filter((event) => isBefore(place, event));
  }
}

interface Place {
  readonly xact: string;
  readonly id: string;
}

function isBefore(one: Place, other: Place): boolean {
  const [a, b] = [BigInt(one.xact), BigInt(other.xact)];
  return a === b ? BigInt(one.id) < BigInt(other.id) : a < b;
}

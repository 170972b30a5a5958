import { setTimeout } from "node:timers/promises";

interface Place<Seen> {
  /** The last read has ended, and the next may begin; never rejects. */
  readonly over: Promise<unknown>;
  /** Begins then; null: nobody has asked since the last one began. */
  next: Promise<Seen> | null;
}

/**
 * One read for all who want the same at about the same time. Each is answered by a read that began after it asked, so that
 * nobody is told less than there was; nothing is kept once it is told.
 */
export class SharedReads<Seen> {
  readonly #spacing: number;
  readonly #places = new Map<string, Place<Seen>>();

  /** @param spacing milliseconds at least from the beginning of a read to that of the next of the same key. */
  constructor(spacing: number) {
    this.#spacing = spacing;
  }

  /** @param key what is read: the same for the same. @throws what the read throws. */
  read(key: string, read: () => Promise<Seen>): Promise<Seen> {
    const place = this.#places.get(key);
    if (place === undefined) return this.#begin(key, read);
    place.next ??= place.over.then(() => this.#begin(key, read));
    return place.next;
  }

  #begin(key: string, read: () => Promise<Seen>): Promise<Seen> {
    const running = read();
    const spaced = setTimeout(this.#spacing, null, { ref: false });
    const place: Place<Seen> = { over: Promise.allSettled([running, spaced]), next: null };
    this.#places.set(key, place);
    void place.over.then(() => {
      if (place.next === null) this.#places.delete(key);
    });
    return running;
  }
}

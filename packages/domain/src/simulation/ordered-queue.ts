interface Entry<T> {
  readonly key: number;
  /** Equal keys come out as they went in, so that a run is the same every time. */
  readonly place: number;
  readonly item: T;
}

/** Items by a number, an instant or a turn: the least first. A binary heap. */
export class OrderedQueue<T> {
  readonly #heap: Entry<T>[] = [];
  #places = 0;

  get size(): number {
    return this.#heap.length;
  }

  /** The least key; null: it is empty. */
  get next(): number | null {
    return this.#heap[0]?.key ?? null;
  }

  push(key: number, item: T): void {
    this.#places += 1;
    this.#put({ key, place: this.#places, item });
  }

  /** Takes the first whose key is at most `most`; null: there is none. */
  take(most: number): T | null {
    return this.takeEntry(most)?.item ?? null;
  }

  takeEntry(most: number): Entry<T> | null {
    const [first] = this.#heap;
    if (first === undefined || first.key > most) return null;
    const last = this.#heap.pop();
    if (last !== undefined && last !== first) this.#sink(last);
    return first;
  }

  /** Puts one that was taken back where it was. */
  putBack(entry: Entry<T>): void {
    this.#put(entry);
  }

  #put(entry: Entry<T>): void {
    const heap = this.#heap;
    let at = heap.length;
    heap.push(entry);
    while (at > 0) {
      const above = (at - 1) >> 1;
      const parent = heap[above];
      if (parent === undefined || !isBefore(entry, parent)) break;
      heap[at] = parent;
      at = above;
    }
    heap[at] = entry;
  }

  #sink(entry: Entry<T>): void {
    const heap = this.#heap;
    let at = 0;
    for (;;) {
      const left = heap[2 * at + 1];
      const right = heap[2 * at + 2];
      if (left === undefined) break;
      const isRight = right !== undefined && isBefore(right, left);
      const child = isRight ? right : left;
      if (!isBefore(child, entry)) break;
      heap[at] = child;
      at = 2 * at + (isRight ? 2 : 1);
    }
    heap[at] = entry;
  }
}

export type QueueEntry<T> = Entry<T>;

const isBefore = <T>(a: Entry<T>, b: Entry<T>): boolean =>
  a.key < b.key || (a.key === b.key && a.place < b.place);

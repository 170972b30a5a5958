import { TextArena } from "./text-arena.ts";

/** Slots of the smallest table. A power of two, as all are. */
const leastSlots = 16;

/**
 * A map from texts to texts that takes little more than their UTF-8 bytes: some 20 bytes an entry beside them, where a `Map` of
 * strings takes over 100 and has the collector walk through it all. For the hundred thousands that are looked at now and then:
 * what is read is decoded anew each time.
 *
 * It is walked through while it changes: what is there all the while comes once, what is added or deleted meanwhile may come or not.
 */
export class TextMap {
  /** Open addressing with linear probing: the number of an entry and 1; 0: none. */
  #slots = new Uint32Array(leastSlots);
  readonly #entries = new TextArena();

  get size(): number {
    return this.#entries.size;
  }

  /** Bytes that it has taken, used and unused. */
  get reservedBytes(): number {
    return this.#slots.byteLength + this.#entries.reservedBytes;
  }

  get(key: string): string | undefined {
    const entry = this.#find(key);
    return entry === null ? undefined : this.#entries.valueOf(entry);
  }

  has(key: string): boolean {
    return this.#find(key) !== null;
  }

  set(key: string, value: string): void {
    const entry = this.#find(key);
    if (entry !== null) {
      this.#entries.setValue(entry, value);
      return;
    }
    // Half of the slots at least stay free, so that a search ends soon.
    if (2 * (this.size + 1) > this.#slots.length) this.#resize(2 * this.#slots.length);
    this.#place(this.#entries.add(key, value));
  }

  delete(key: string): boolean {
    const entry = this.#find(key);
    if (entry === null) return false;
    this.#vacate(this.#slotOf(entry));
    this.#entries.delete(entry);
    if (8 * this.size < this.#slots.length && this.#slots.length > leastSlots)
      this.#resize(this.#slots.length / 2);
    return true;
  }

  *keys(): Generator<string, void, undefined> {
    for (const entry of this.#entries) yield this.#entries.keyOf(entry);
  }

  *[Symbol.iterator](): Generator<readonly [key: string, value: string], void, undefined> {
    for (const entry of this.#entries) yield [this.#entries.keyOf(entry), this.#entries.valueOf(entry)];
  }

  #find(key: string): number | null {
    const sought = this.#entries.seek(key);
    for (let slot = this.#first(sought.hash); ; slot = this.#next(slot)) {
      const taken = this.#slots[slot] ?? 0;
      if (taken === 0) return null;
      if (this.#entries.isKey(taken - 1, sought)) return taken - 1;
    }
  }

  #slotOf(entry: number): number {
    let slot = this.#home(entry);
    while (this.#slots[slot] !== entry + 1) slot = this.#next(slot);
    return slot;
  }

  #place(entry: number): void {
    let slot = this.#home(entry);
    while (this.#slots[slot] !== 0) slot = this.#next(slot);
    this.#slots[slot] = entry + 1;
  }

  /** Those behind it move up, as far as they have been sent on by what was before them: a search ends at the first free slot. */
  #vacate(emptied: number): void {
    let free = emptied;
    for (let slot = this.#next(free); ; slot = this.#next(slot)) {
      const taken = this.#slots[slot] ?? 0;
      if (taken === 0) break;
      if (this.#distance(this.#home(taken - 1), slot) < this.#distance(free, slot)) continue;
      this.#slots[free] = taken;
      free = slot;
    }
    this.#slots[free] = 0;
  }

  #resize(slots: number): void {
    this.#slots = new Uint32Array(slots);
    for (const entry of this.#entries) this.#place(entry);
  }

  /** Where the search for an entry begins. */
  #home(entry: number): number {
    return this.#first(this.#entries.hashOf(entry));
  }

  #first(hash: number): number {
    return hash & (this.#slots.length - 1);
  }

  #next(slot: number): number {
    return (slot + 1) & (this.#slots.length - 1);
  }

  #distance(from: number, to: number): number {
    return (to - from) & (this.#slots.length - 1);
  }
}

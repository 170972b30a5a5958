import { randomBytes } from "node:crypto";

/** Bytes that are asked for at once. What is longer has a chunk of its own. */
const chunkBytes = 1 << 18;
/** Of an entry: the lengths of its key and of its value. */
const headBytes = 8;
const none = 0xffff_ffff;

/** A key that is looked for. It is good until the next one is. */
export interface Sought {
  readonly bytes: Buffer;
  readonly hash: number;
}

/**
 * Pairs of a key and a value, one behind the other in large pieces of memory beside the heap. A pair keeps its number as long as
 * it is there; where it lies changes with its length, and when what was given up is half as much as what is used.
 */
export class TextArena {
  #chunks: Buffer[] = [];
  /** Bytes used of the last chunk. */
  #end = 0;
  /** By number: chunk and place within it, or none. */
  #places = new Uint32Array(16).fill(none);
  #count = 0;
  readonly #unused: number[] = [];
  #usedBytes = 0;
  #lostBytes = 0;
  #scratch = Buffer.allocUnsafeSlow(512);
  /** So that nobody can choose keys that meet. */
  readonly #seed = randomBytes(4).readUInt32LE();

  get size(): number {
    return this.#count - this.#unused.length;
  }

  get reservedBytes(): number {
    return this.#chunks.reduce((sum, { length }) => sum + length, this.#places.byteLength);
  }

  /** The numbers of all, also while some are added and deleted. */
  *[Symbol.iterator](): Generator<number, void, undefined> {
    for (let number = 0; number < this.#count; number += 1) if (this.#places[number] !== none) yield number;
  }

  seek(key: string): Sought {
    // Three bytes at most for each unit of UTF-16.
    if (this.#scratch.length < 3 * key.length) this.#scratch = Buffer.allocUnsafeSlow(3 * key.length);
    const bytes = this.#scratch.subarray(0, this.#scratch.write(key));
    return { bytes, hash: this.#hash(bytes) };
  }

  isKey(number: number, { bytes }: Sought): boolean {
    const { chunk, at, keyLength } = this.#locate(number);
    if (keyLength !== bytes.length) return false;
    const from = at + headBytes;
    return chunk.compare(bytes, 0, keyLength, from, from + keyLength) === 0;
  }

  keyOf(number: number): string {
    const { chunk, at, keyLength } = this.#locate(number);
    return chunk.toString("utf8", at + headBytes, at + headBytes + keyLength);
  }

  hashOf(number: number): number {
    const { chunk, at, keyLength } = this.#locate(number);
    return this.#hash(chunk.subarray(at + headBytes, at + headBytes + keyLength));
  }

  valueOf(number: number): string {
    const { chunk, at, keyLength, valueLength } = this.#locate(number);
    const from = at + headBytes + keyLength;
    return chunk.toString("utf8", from, from + valueLength);
  }

  /** @returns its number. */
  add(key: string, value: string): number {
    const number = this.#unused.pop() ?? this.#newNumber();
    this.#places[number] = this.#write(Buffer.from(key), Buffer.from(value));
    return number;
  }

  setValue(number: number, text: string): void {
    const { chunk, at, keyLength, valueLength } = this.#locate(number);
    const value = Buffer.from(text);
    if (value.length === valueLength) {
      value.copy(chunk, at + headBytes + keyLength);
      return;
    }
    const key = Buffer.from(chunk.subarray(at + headBytes, at + headBytes + keyLength));
    this.#giveUp(number);
    this.#places[number] = this.#write(key, value);
    this.#tidy();
  }

  delete(number: number): void {
    this.#giveUp(number);
    this.#unused.push(number);
    this.#tidy();
  }

  #newNumber(): number {
    if (this.#count === this.#places.length) {
      const places = new Uint32Array(2 * this.#count).fill(none);
      places.set(this.#places);
      this.#places = places;
    }
    this.#count += 1;
    return this.#count - 1;
  }

  /** @returns its place. */
  #write(key: Uint8Array, value: Uint8Array): number {
    const length = headBytes + key.length + value.length;
    let chunk = this.#chunks.at(-1);
    if (chunk === undefined || this.#end + length > chunk.length) {
      chunk = Buffer.allocUnsafeSlow(Math.max(length, chunkBytes));
      this.#chunks.push(chunk);
      this.#end = 0;
    }
    const at = this.#end;
    chunk.writeUInt32LE(key.length, at);
    chunk.writeUInt32LE(value.length, at + 4);
    chunk.set(key, at + headBytes);
    chunk.set(value, at + headBytes + key.length);
    this.#end += length;
    this.#usedBytes += length;
    return (this.#chunks.length - 1) * chunkBytes + at;
  }

  #locate(number: number) {
    const place = this.#places[number] ?? none;
    const chunk = this.#chunks[Math.floor(place / chunkBytes)];
    if (chunk === undefined) throw new Error(`There is no entry ${number}.`);
    const at = place % chunkBytes;
    return { chunk, at, keyLength: chunk.readUInt32LE(at), valueLength: chunk.readUInt32LE(at + 4) };
  }

  #giveUp(number: number): void {
    const { keyLength, valueLength } = this.#locate(number);
    this.#places[number] = none;
    this.#usedBytes -= headBytes + keyLength + valueLength;
    this.#lostBytes += headBytes + keyLength + valueLength;
  }

  /** Writes all anew once a third of it would go. */
  #tidy(): void {
    if (this.#lostBytes < chunkBytes || 2 * this.#lostBytes < this.#usedBytes) return;
    const before = this.#chunks;
    this.#chunks = [];
    this.#usedBytes = 0;
    this.#lostBytes = 0;
    for (const number of this) {
      const place = this.#places[number] ?? none;
      const chunk = before[Math.floor(place / chunkBytes)];
      if (chunk === undefined) throw new Error(`There is no entry ${number}.`);
      const at = (place % chunkBytes) + headBytes;
      const keyEnd = at + chunk.readUInt32LE(at - 8);
      const valueEnd = keyEnd + chunk.readUInt32LE(at - 4);
      this.#places[number] = this.#write(chunk.subarray(at, keyEnd), chunk.subarray(keyEnd, valueEnd));
    }
  }

  /** FNV-1a, from a seed. */
  #hash(bytes: Uint8Array): number {
    let hash = this.#seed;
    for (const byte of bytes) hash = Math.imul(hash ^ byte, 0x0100_0193);
    // Its low bits, which a table goes by, are weak.
    hash ^= hash >>> 15;
    return Math.imul(hash, 0x2c1b_3c6d) >>> 0;
  }
}

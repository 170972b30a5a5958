/** Thrown for bytes that are not DER, or not the DER that was asked for. */
export class DerError extends Error {
  override readonly name = "DerError";
  readonly code = "der";
}

export interface DerElement {
  readonly tag: number;
  readonly content: Buffer;
  /** Tag and length included: what a signature covers. */
  readonly whole: Buffer;
}

/** Reads a run of DER elements, strictly: definite, shortest lengths and nothing left over. */
export class DerReader {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  get done(): boolean {
    return this.#at === this.#bytes.length;
  }

  /** The next element, which must have this tag. @throws DerError */
  read(tag: number): DerElement {
    const start = this.#at;
    const found = this.#byte();
    if (found !== tag)
      throw new DerError(`expected tag 0x${tag.toString(16)}, found 0x${found.toString(16)}`);
    return this.#element(start, found);
  }

  /** The next element whatever its tag. @throws DerError */
  readAny(): DerElement {
    const start = this.#at;
    return this.#element(start, this.#byte());
  }

  /** The next element if it has this tag, else `null`, and nothing is read. @throws DerError */
  readOptional(tag: number): DerElement | null {
    return this.#bytes[this.#at] === tag ? this.read(tag) : null;
  }

  /** @throws DerError when something is left. */
  end(): void {
    if (!this.done) throw new DerError(`${this.#bytes.length - this.#at} bytes too many`);
  }

  #element(start: number, tag: number): DerElement {
    if ((tag & 0x1f) === 0x1f) throw new DerError("tags above 30 are not used here");
    const length = this.#length();
    const end = this.#at + length;
    if (end > this.#bytes.length) throw new DerError("an element is longer than what holds it");
    const content = this.#bytes.subarray(this.#at, end);
    this.#at = end;
    return { tag, content, whole: this.#bytes.subarray(start, end) };
  }

  #length(): number {
    const first = this.#byte();
    if (first < 0x80) return first;
    const count = first & 0x7f;
    if (count === 0 || count > 3) throw new DerError("a length is indefinite or absurd");
    let length = 0;
    for (let i = 0; i < count; i += 1) length = length * 256 + this.#byte();
    if (length < 0x80 || length < 256 ** (count - 1)) throw new DerError("a length is not the shortest form");
    return length;
  }

  #byte(): number {
    const byte = this.#bytes[this.#at];
    if (byte === undefined) throw new DerError("the bytes end within an element");
    this.#at += 1;
    return byte;
  }
}

/** An OBJECT IDENTIFIER's content as dotted text. @throws DerError */
export function dottedIdentifier(content: Uint8Array): string {
  const arcs: number[] = [];
  let arc = 0;
  for (const byte of content) {
    arc = arc * 128 + (byte & 0x7f);
    if (byte < 0x80) {
      arcs.push(arc);
      arc = 0;
    }
  }
  const [head, ...rest] = arcs;
  if (head === undefined || ((content.at(-1) ?? 0) & 0x80) !== 0)
    throw new DerError("an object identifier is cut off");
  const first = Math.min(2, Math.floor(head / 40));
  return [first, head - first * 40, ...rest].join(".");
}

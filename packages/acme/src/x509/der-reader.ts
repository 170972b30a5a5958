/** Thrown by {@link DerReader}: the bytes are not the DER that was expected. */
export class DerError extends Error {
  override readonly name = "DerError";
  readonly code = "bad-der";
}

/** The low five bits that say "the tag goes on in further bytes" (ITU-T X.690 section 8.1.2.4). */
const LONG_TAG = 0x1f;

/**
 * Reads values of DER (ITU-T X.690) one after the other out of bytes from elsewhere.
 *
 * Safe with any bytes: it copies nothing, it goes no deeper than its caller asks (so that no nesting can exhaust
 * the stack), and a length beyond the end is refused before anything is done with it. Tags of one byte and
 * lengths below 2^24 are all that certificates have, and all it takes.
 */
export class DerReader {
  readonly #bytes: Uint8Array;
  #offset = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  get atEnd(): boolean {
    return this.#offset === this.#bytes.length;
  }

  /**
   * The content of the next value, which must have this tag.
   *
   * @throws DerError
   */
  content(tag: number): Uint8Array {
    const content = this.optionalContent(tag);
    if (content === null)
      throw new DerError(`no value with tag 0x${tag.toString(16)} at byte ${this.#offset}`);
    return content;
  }

  /**
   * The content of the next value if it has this tag; null, and nothing read, if it has another or none is left.
   *
   * @throws DerError when its length is not DER's or goes beyond the end.
   */
  optionalContent(tag: number): Uint8Array | null {
    if (this.#bytes[this.#offset] !== tag) return null;
    const { start, end } = this.#nextExtent();
    this.#offset = end;
    return this.#bytes.subarray(start, end);
  }

  /**
   * The next value whole, with its tag and length.
   *
   * @throws DerError
   */
  whole(tag: number): Uint8Array {
    const start = this.#offset;
    this.content(tag);
    return this.#bytes.subarray(start, this.#offset);
  }

  /**
   * The next value, whatever its tag.
   *
   * @throws DerError
   */
  any(): { readonly tag: number; readonly content: Uint8Array } {
    const tag = this.#bytes[this.#offset];
    if (tag === undefined) throw new DerError("ends too early");
    if ((tag & LONG_TAG) === LONG_TAG) throw new DerError(`a tag of several bytes at byte ${this.#offset}`);
    return { tag, content: this.content(tag) };
  }

  /** @throws DerError */
  inner(tag: number): DerReader {
    return new DerReader(this.content(tag));
  }

  /** @throws DerError when something is left. */
  end(): void {
    if (!this.atEnd) throw new DerError(`more than expected at byte ${this.#offset}`);
  }

  #nextExtent(): { start: number; end: number } {
    let start = this.#offset + 2;
    let length = this.#bytes[this.#offset + 1] ?? Infinity;
    if (length > 0x83) throw new DerError(`no usable length at byte ${this.#offset + 1}`);
    if (length >= 0x80) {
      const lengthBytes = this.#bytes.subarray(start, start + (length & 0x7f));
      start += length & 0x7f;
      length = lengthBytes.reduce((sum, byte) => sum * 256 + byte, 0);
      // DER has one form for each length: no 0x80 (indefinite), no longer form than needed.
      if (length < 0x80 || lengthBytes[0] === 0)
        throw new DerError(`not DER's length at byte ${this.#offset + 1}`);
    }
    const end = start + length;
    if (end > this.#bytes.length) throw new DerError("ends too early");
    return { start, end };
  }
}

/**
 * The few words of DER (ITU-T X.690) that certificates are made of and read with.
 */

export const TAG = {
  boolean: 0x01,
  integer: 0x02,
  bitString: 0x03,
  octetString: 0x04,
  null: 0x05,
  oid: 0x06,
  utcTime: 0x17,
  generalizedTime: 0x18,
  sequence: 0x30,
  set: 0x31,
} as const;

/** The tag of a context-specific member, such as [0]. */
export const contextTag = (number: number): number => 0x80 | number;
export const constructedContextTag = (number: number): number => 0xa0 | number;

/** One value: tag, length, and the parts one after the other as content. */
export function der(tag: number, ...parts: readonly Uint8Array[]): Uint8Array {
  const length = parts.reduce((sum, part) => sum + part.length, 0);
  return Buffer.concat([derHeader(tag, length), ...parts]);
}

/** A whole number from 0 to 127. */
export function derSmallInteger(value: number): Uint8Array {
  return der(TAG.integer, Uint8Array.of(value));
}

/** A bit string of whole bytes. */
export function derBitString(bytes: Uint8Array): Uint8Array {
  return der(TAG.bitString, Uint8Array.of(0), bytes);
}

/** @param dotted such as "2.5.29.17"; each number below 2^31. */
export function derOid(dotted: string): Uint8Array {
  const [first = 0, second = 0, ...rest] = dotted.split(".").map(Number);
  return der(TAG.oid, Uint8Array.from([first * 40 + second, ...rest].flatMap(base128)));
}

function base128(value: number): number[] {
  const digits = [value % 128];
  for (let left = Math.floor(value / 128); left > 0; left = Math.floor(left / 128)) {
    digits.unshift(0x80 | (left % 128));
  }
  return digits;
}

function derHeader(tag: number, length: number): Uint8Array {
  if (length < 0x80) return Uint8Array.of(tag, length);
  if (length < 0x1_00) return Uint8Array.of(tag, 0x81, length);
  if (length < 0x1_00_00) return Uint8Array.of(tag, 0x82, length >> 8, length & 0xff);
  return Uint8Array.of(tag, 0x83, length >> 16, (length >> 8) & 0xff, length & 0xff);
}

/** Thrown by {@link DerReader}: the bytes are not the DER that was expected. */
export class DerError extends Error {
  override readonly name = "DerError";
  readonly code = "bad-der";
}

/** Reads values one after the other out of bytes from elsewhere. Copies nothing. */
export class DerReader {
  readonly #bytes: Uint8Array;
  #offset = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  get atEnd(): boolean {
    return this.#offset === this.#bytes.length;
  }

  /** The content of the next value, which must have this tag. */
  content(tag: number): Uint8Array {
    const content = this.optionalContent(tag);
    if (content === null)
      throw new DerError(`no value with tag 0x${tag.toString(16)} at byte ${this.#offset}`);
    return content;
  }

  /** The content of the next value if it has this tag; null, and nothing read, if it has another or none is left. */
  optionalContent(tag: number): Uint8Array | null {
    if (this.#bytes[this.#offset] !== tag) return null;
    const { start, end } = this.#nextExtent();
    this.#offset = end;
    return this.#bytes.subarray(start, end);
  }

  /** The next value whole, with its tag and length. */
  whole(tag: number): Uint8Array {
    const start = this.#offset;
    this.content(tag);
    return this.#bytes.subarray(start, this.#offset);
  }

  /** The next value, whatever its tag. */
  any(): { readonly tag: number; readonly content: Uint8Array } {
    const tag = this.#bytes[this.#offset];
    if (tag === undefined) throw new DerError("ends too early");
    return { tag, content: this.content(tag) };
  }

  inner(tag: number): DerReader {
    return new DerReader(this.content(tag));
  }

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

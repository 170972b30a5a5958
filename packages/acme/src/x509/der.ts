/**
 * The few words of DER (ITU-T X.690) that requests and certificates are made of. What reads them is
 * der-reader.ts.
 */

export const TAG = {
  boolean: 0x01,
  integer: 0x02,
  bitString: 0x03,
  octetString: 0x04,
  null: 0x05,
  oid: 0x06,
  utf8String: 0x0c,
  printableString: 0x13,
  teletexString: 0x14,
  ia5String: 0x16,
  utcTime: 0x17,
  generalizedTime: 0x18,
  universalString: 0x1c,
  bmpString: 0x1e,
  sequence: 0x30,
  set: 0x31,
} as const;

/** The tag of a context-specific member, such as [0]. */
export const contextTag = (number: number): number => 0x80 | number;
export const constructedContextTag = (number: number): number => 0xa0 | number;

/**
 * One value: tag, length, and the parts one after the other as content.
 *
 * @throws RangeError for 2^24 bytes of content or more: nothing we write comes near it.
 */
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

/**
 * An instant, in the form RFC 5280 section 4.1.2.5 has for its year: UTCTime to 2049, GeneralizedTime from 2050.
 *
 * @param instant milliseconds since the epoch, from 1970 to 9999; what is less than a second is left out.
 */
export function derTime(instant: number): Uint8Array {
  const [date = "", time = ""] = new Date(instant).toISOString().split(/[T.]/);
  const text = `${date}${time}Z`.replaceAll(/[-:]/g, "");
  return text < "2050"
    ? der(TAG.utcTime, Buffer.from(text.slice(2), "latin1"))
    : der(TAG.generalizedTime, Buffer.from(text, "latin1"));
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
  if (length < 0x1_00_00_00) {
    return Uint8Array.of(tag, 0x83, length >> 16, (length >> 8) & 0xff, length & 0xff);
  }
  throw new RangeError("a DER value of 16 MiB or more");
}

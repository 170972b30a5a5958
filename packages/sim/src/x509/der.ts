/** Writing DER (X.690): each function returns one whole element, tag and length included. */

function element(tag: number, content: Uint8Array): Buffer {
  const { length } = content;
  let header: number[];
  if (length < 0x80) header = [tag, length];
  else if (length < 0x100) header = [tag, 0x81, length];
  else if (length < 0x1_0000) header = [tag, 0x82, length >> 8, length & 0xff];
  else header = [tag, 0x83, length >> 16, (length >> 8) & 0xff, length & 0xff];
  return Buffer.concat([Buffer.from(header), content]);
}

export const sequence = (...parts: readonly Uint8Array[]): Buffer => element(0x30, Buffer.concat(parts));
export const setOf = (...parts: readonly Uint8Array[]): Buffer => element(0x31, Buffer.concat(parts));
export const octetString = (content: Uint8Array): Buffer => element(0x04, content);
export const utf8String = (text: string): Buffer => element(0x0c, Buffer.from(text));
export const booleanTrue = (): Buffer => element(0x01, Buffer.of(0xff));

/** `[n] EXPLICIT`, or an implicit constructed type. */
export const constructed = (n: number, ...parts: readonly Uint8Array[]): Buffer =>
  element(0xa0 | n, Buffer.concat(parts));

/** `[n] IMPLICIT` of a primitive type. */
export const primitive = (n: number, content: Uint8Array): Buffer => element(0x80 | n, content);

/** A positive INTEGER from its bytes, the highest first. */
export function integer(magnitude: Uint8Array): Buffer {
  const start = magnitude.findIndex((byte) => byte !== 0);
  const digits = start === -1 ? Buffer.of(0) : magnitude.subarray(start);
  const negative = (digits[0] ?? 0) >= 0x80;
  return element(0x02, negative ? Buffer.concat([Buffer.of(0), digits]) : digits);
}

/** @param unused how many of the last byte's low bits do not count. */
export const bitString = (content: Uint8Array, unused = 0): Buffer =>
  element(0x03, Buffer.concat([Buffer.of(unused), content]));

/** @param dotted for example `2.5.29.17`. */
export function objectIdentifier(dotted: string): Buffer {
  const [first = 0, second = 0, ...rest] = dotted.split(".").map(Number);
  const bytes = [first * 40 + second, ...rest].flatMap((arc) => {
    const digits = [arc & 0x7f];
    for (let left = arc >>> 7; left > 0; left >>>= 7) digits.unshift((left & 0x7f) | 0x80);
    return digits;
  });
  return element(0x06, Buffer.from(bytes));
}

/** UTCTime through 2049, GeneralizedTime from 2050, as RFC 5280 section 4.1.2.5 demands. Whole seconds. */
export function time(millisecondsSinceEpoch: number): Buffer {
  const digits = `${new Date(millisecondsSinceEpoch).toISOString().slice(0, 19).replaceAll(/[-T:]/g, "")}Z`;
  return Number(digits.slice(0, 4)) < 2050
    ? element(0x17, Buffer.from(digits.slice(2)))
    : element(0x18, Buffer.from(digits));
}

/** ASN.1's (ITU-T X.690): the tags and the place of the first INTEGER's length in an ECDSA-Sig-Value. */
const SEQUENCE = 0x30;
const INTEGER = 0x02;
const FIRST_LENGTH = 3;

/**
 * An ECDSA signature in the form of JWS: r and s as unsigned big-endian integers of equal width, one after the
 * other (RFC 7518 section 3.4).
 *
 * Node can give this form itself, but only when it is handed the key within an options object, and then it finds
 * out by two exceptions of its own that the object is no key: 50 µs for a signature that takes 25 µs.
 *
 * @param der an ECDSA-Sig-Value (RFC 3279 section 2.2.3) as OpenSSL writes it, of a curve of up to 384 bits.
 * @param width bytes of one integer: 32 for P-256, 48 for P-384.
 * @throws RangeError for other bytes.
 */
export function joseSignature(der: Uint8Array, width: number): Buffer {
  const signature = Buffer.alloc(2 * width);
  const sAt = FIRST_LENGTH + 1 + (der[FIRST_LENGTH] ?? 0);
  const end = sAt + 2 + (der[sAt + 1] ?? 0);
  if (der[0] !== SEQUENCE || der[1] !== der.length - 2 || end !== der.length) throw notOne();
  writeInteger(der.subarray(FIRST_LENGTH - 1, sAt), signature.subarray(0, width));
  writeInteger(der.subarray(sAt), signature.subarray(width));
  return signature;
}

/** DER's INTEGER is as short as can be, with a 00 before it where its first bit is set: it is not negative. */
function writeInteger(value: Uint8Array, into: Buffer): void {
  if (value[0] !== INTEGER) throw notOne();
  const bytes = value.subarray(value[2] === 0 ? 3 : 2);
  if (bytes.length > into.length) throw notOne();
  into.set(bytes, into.length - bytes.length);
}

const notOne = (): RangeError => new RangeError("not an ECDSA signature in DER");

import { Refusal } from "../problem.ts";

/** A certificate as renewal information names it, RFC 9773 section 4.1. */
export interface CertificateId {
  /** Of the issuer's key, the bytes in base64url. */
  readonly keyIdentifier: string;
  /** Lower-case hex, without the sign byte: as this CA names its certificates. */
  readonly serial: string;
}

/**
 * Reads `keyIdentifier.serial`. The serial must be what DER holds, so one whose first bit is set needs a zero
 * byte before it.
 *
 * @returns `null` for a serial that is no positive INTEGER's shortest DER: nothing has it.
 * @throws Refusal malformed for a text of another form.
 */
export function parseCertificateId(text: string): CertificateId | null {
  const match = /^([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]+)$/.exec(text);
  const [, keyIdentifier, encoded] = match ?? [];
  if (keyIdentifier === undefined || encoded === undefined) {
    throw new Refusal("malformed", `"${text}" is not an authority key identifier, a dot and a serial number`);
  }
  const bytes = Buffer.from(encoded, "base64url");
  const [first = 0, second = 0] = bytes;
  const shortest = first === 0 ? second >= 0x80 : first < 0x80;
  if (!shortest || bytes.toString("base64url") !== encoded) return null;
  return { keyIdentifier, serial: bytes.subarray(first === 0 ? 1 : 0).toString("hex") };
}

import { createHash, type X509Certificate } from "node:crypto";
import { isInCalendar } from "../wire/calendar.ts";
import { contextTag, derOid, TAG } from "./der.ts";
import { DerError, DerReader } from "./der-reader.ts";
import { EXTENSION } from "./extension.ts";
import { readSubjectAltName } from "./subject-alt-name.ts";
import { readExtensions, readToBeSigned } from "./to-be-signed.ts";

/** What an RFC 5280 certificate says, as far as those who serve and renew it need it. */
export interface CertificateFacts {
  /** Lower-case hexadecimal, two digits a byte, without leading 00 bytes. */
  readonly serial: string;
  /** The serial number as DER has it: with the 00 that keeps a number positive (RFC 9773 section 4.1 wants it). */
  readonly serialBytes: Uint8Array;
  /** For people, such as "C=US, O=Example CA, CN=R3". */
  readonly issuer: string;
  /** DNS names in lower case and IP addresses as text, in the certificate's order, from subjectAltName alone. */
  readonly names: readonly string[];
  /** Milliseconds since the epoch; the first instant of validity. */
  readonly notBefore: number;
  /** Milliseconds since the epoch; the last second of validity (RFC 5280 section 4.1.2.5). */
  readonly notAfter: number;
  /** SHA-256 of the DER, lower-case hexadecimal. */
  readonly fingerprint: string;
  /** SubjectPublicKeyInfo, DER. */
  readonly spki: Uint8Array;
  /** SHA-256 of `spki`, lower-case hexadecimal: the same for every certificate of one key. */
  readonly spkiHash: string;
  /** The key identifier of the authority key identifier extension, lower-case hexadecimal; null without one. */
  readonly authorityKeyId: string | null;
}

/**
 * @throws DerError when a part is not as RFC 5280 has it; OpenSSL, which made `certificate`, looks at the
 *   extensions only when asked. A serial number that is negative, zero or long is read as it stands, as RFC 5280
 *   section 4.1.2.2 asks of readers.
 */
export function readCertificate(certificate: X509Certificate): CertificateFacts {
  const { raw } = certificate;
  const { serial, issuer, spki, extensions } = readToBeSigned(raw);
  if (issuer.length === 0) throw new DerError("an issuer without a name"); // RFC 5280 section 4.1.2.4
  const values = readExtensions(extensions);
  const names = values.get(SUBJECT_ALT_NAME);
  return {
    serial: withoutLeadingZeros(serial).toString("hex"),
    serialBytes: serial,
    issuer: certificate.issuer.split("\n").join(", "),
    names: names === undefined ? [] : readSubjectAltName(names),
    notBefore: readInstant(certificate.validFromDate),
    notAfter: readInstant(certificate.validToDate),
    fingerprint: sha256(raw),
    spki,
    spkiHash: sha256(spki),
    authorityKeyId: readKeyIdentifier(values.get(AUTHORITY_KEY_IDENTIFIER)),
  };
}

const SUBJECT_ALT_NAME = oidContent(EXTENSION.subjectAltName);
const AUTHORITY_KEY_IDENTIFIER = oidContent(EXTENSION.authorityKeyIdentifier);

function oidContent(dotted: string): string {
  return Buffer.from(new DerReader(derOid(dotted)).content(TAG.oid)).toString("hex");
}

function sha256(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}

function readInstant(date: Date): number {
  const instant = date.getTime();
  if (!isInCalendar(instant)) throw new DerError("a time that is none");
  return instant;
}

/** RFC 5280 section 4.2.1.1. */
function readKeyIdentifier(value: Uint8Array | undefined): string | null {
  if (value === undefined) return null;
  const identifier = new DerReader(value).inner(TAG.sequence).optionalContent(contextTag(0));
  return identifier === null ? null : Buffer.from(identifier).toString("hex");
}

function withoutLeadingZeros(integer: Uint8Array): Buffer {
  const first = integer.findIndex((byte) => byte !== 0);
  return Buffer.from(first < 0 ? integer.subarray(-1) : integer.subarray(first));
}

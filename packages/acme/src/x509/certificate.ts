import { createHash, type X509Certificate } from "node:crypto";
import { constructedContextTag, contextTag, DerError, DerReader, TAG } from "./der.ts";
import { ipText } from "./ip-address.ts";

/** What an RFC 5280 certificate says, as far as those who serve and renew it need it. */
export interface CertificateFacts {
  /** Lower-case hexadecimal, two digits a byte, without leading 00 bytes. */
  readonly serial: string;
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
  /** The key identifier of the authority key identifier extension, lower-case hexadecimal; null without one. */
  readonly authorityKeyId: string | null;
}

const SUBJECT_ALT_NAME = "551d11";
const AUTHORITY_KEY_IDENTIFIER = "551d23";

/**
 * @throws DerError when a part is not as RFC 5280 has it; OpenSSL, which made `certificate`, looks at the
 *   extensions only when asked.
 */
export function readCertificate(certificate: X509Certificate): CertificateFacts {
  const { raw } = certificate;
  const { serial, spki, extensions } = readToBeSigned(
    new DerReader(raw).inner(TAG.sequence).inner(TAG.sequence),
  );
  return {
    serial: withoutLeadingZeros(serial).toString("hex"),
    issuer: certificate.issuer.split("\n").join(", "),
    names: readNames(extensions.get(SUBJECT_ALT_NAME)),
    notBefore: certificate.validFromDate.getTime(),
    notAfter: certificate.validToDate.getTime(),
    fingerprint: createHash("sha256").update(raw).digest("hex"),
    spki,
    authorityKeyId: readKeyIdentifier(extensions.get(AUTHORITY_KEY_IDENTIFIER)),
  };
}

interface ToBeSigned {
  readonly serial: Uint8Array;
  readonly spki: Uint8Array;
  /** Values by the hexadecimal content of the extension's OID. */
  readonly extensions: ReadonlyMap<string, Uint8Array>;
}

/** RFC 5280 section 4.1. */
function readToBeSigned(tbs: DerReader): ToBeSigned {
  tbs.optionalContent(constructedContextTag(0)); // version
  const serial = tbs.content(TAG.integer);
  for (let skipped = 0; skipped < 4; skipped += 1) tbs.content(TAG.sequence); // signature, issuer, validity, subject
  const spki = tbs.whole(TAG.sequence);
  tbs.optionalContent(contextTag(1)); // issuerUniqueID
  tbs.optionalContent(contextTag(2)); // subjectUniqueID
  const list = tbs.optionalContent(constructedContextTag(3));
  const extensions = list === null ? new Map() : readExtensions(new DerReader(list).inner(TAG.sequence));
  return { serial, spki, extensions };
}

function readExtensions(list: DerReader): ReadonlyMap<string, Uint8Array> {
  const extensions = new Map<string, Uint8Array>();
  while (!list.atEnd) {
    const extension = list.inner(TAG.sequence);
    const oid = Buffer.from(extension.content(TAG.oid)).toString("hex");
    extension.optionalContent(TAG.boolean); // critical
    extensions.set(oid, extension.content(TAG.octetString));
  }
  return extensions;
}

/** RFC 5280 section 4.2.1.6; kinds of names that no server is reached by are left out. */
function readNames(value: Uint8Array | undefined): readonly string[] {
  if (value === undefined) return [];
  const names: string[] = [];
  const list = new DerReader(value).inner(TAG.sequence);
  while (!list.atEnd) {
    const { tag, content } = list.any();
    if (tag === contextTag(2)) names.push(Buffer.from(content).toString("latin1").toLowerCase());
    if (tag === contextTag(7)) names.push(readAddress(content));
  }
  return names;
}

function readAddress(content: Uint8Array): string {
  const text = ipText(content);
  if (text === null) throw new DerError(`an IP address of ${content.length} bytes`);
  return text;
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

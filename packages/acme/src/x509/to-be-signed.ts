import { constructedContextTag, contextTag, TAG } from "./der.ts";
import { DerError, DerReader } from "./der-reader.ts";

/** What a certificate's issuer signed (RFC 5280 section 4.1), as far as we read it. */
export interface ToBeSigned {
  /** The content of the INTEGER, as it stands: with its sign byte, and negative or zero if the issuer was wrong. */
  readonly serial: Uint8Array;
  /** The content of the issuer's name. */
  readonly issuer: Uint8Array;
  /** SubjectPublicKeyInfo, DER. */
  readonly spki: Uint8Array;
  /** The content of the list of extensions; empty when there is none. */
  readonly extensions: Uint8Array;
}

/**
 * @param certificate DER.
 * @throws DerError
 */
export function readToBeSigned(certificate: Uint8Array): ToBeSigned {
  const tbs = new DerReader(certificate).inner(TAG.sequence).inner(TAG.sequence);
  tbs.optionalContent(constructedContextTag(0)); // version
  const serial = tbs.content(TAG.integer);
  if (serial.length === 0) throw new DerError("a serial number of no bytes");
  tbs.content(TAG.sequence); // signature
  const issuer = tbs.content(TAG.sequence);
  tbs.content(TAG.sequence); // validity
  tbs.content(TAG.sequence); // subject
  const spki = tbs.whole(TAG.sequence);
  tbs.optionalContent(contextTag(1)); // issuerUniqueID
  tbs.optionalContent(contextTag(2)); // subjectUniqueID
  const list = tbs.optionalContent(constructedContextTag(3));
  const extensions = list === null ? new Uint8Array() : new DerReader(list).content(TAG.sequence);
  tbs.end();
  return { serial, issuer, spki, extensions };
}

/**
 * The extensions' values (DER) by the hexadecimal content of their object identifiers.
 *
 * @throws DerError, also for an extension that is there twice (RFC 5280 section 4.2): one reader would take the
 *   first, another the last.
 */
export function readExtensions(extensions: Uint8Array): ReadonlyMap<string, Uint8Array> {
  const values = new Map<string, Uint8Array>();
  const list = new DerReader(extensions);
  while (!list.atEnd) {
    const extension = list.inner(TAG.sequence);
    const oid = Buffer.from(extension.content(TAG.oid)).toString("hex");
    extension.optionalContent(TAG.boolean); // critical
    if (values.has(oid)) throw new DerError("an extension that is there twice");
    values.set(oid, extension.content(TAG.octetString));
    extension.end();
  }
  return values;
}

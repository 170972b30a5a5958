import { der, derOid, TAG } from "./der.ts";

/** Object identifiers of the extensions we write or read. */
export const EXTENSION = {
  subjectAltName: "2.5.29.17",
  authorityKeyIdentifier: "2.5.29.35",
  extendedKeyUsage: "2.5.29.37",
  /** RFC 8737 section 6.1. */
  acmeIdentifier: "1.3.6.1.5.5.7.1.31",
} as const;

/**
 * One extension in DER (RFC 5280 section 4.1).
 *
 * @param oid dotted.
 * @param value DER.
 */
export function extension(oid: string, value: Uint8Array): Uint8Array {
  return der(TAG.sequence, derOid(oid), der(TAG.octetString, value));
}

/** The same, marked so that who does not know it must refuse the certificate. */
export function criticalExtension(oid: string, value: Uint8Array): Uint8Array {
  return der(TAG.sequence, derOid(oid), der(TAG.boolean, Uint8Array.of(0xff)), der(TAG.octetString, value));
}

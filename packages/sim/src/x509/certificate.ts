import { createHash, type KeyObject, sign } from "node:crypto";
import type { Instant } from "@certmill/domain";
import { addressBytes } from "./address-bytes.ts";
import {
  bitString,
  booleanTrue,
  constructed,
  integer,
  objectIdentifier,
  octetString,
  primitive,
  sequence,
  setOf,
  time,
  utf8String,
} from "./der.ts";
import { DerReader } from "./der-reader.ts";
import type { Identifier } from "./identifier.ts";
import { OID } from "./object-identifiers.ts";

/** What a certificate says, beside who signs it. */
export interface CertificateContent {
  /** Positive; the highest byte first. */
  readonly serial: Uint8Array;
  /** A common name; `null` is the empty subject. */
  readonly subject: string | null;
  readonly issuer: string;
  readonly notBefore: Instant;
  /** The last second at which it is valid. */
  readonly notAfter: Instant;
  /** SubjectPublicKeyInfo, DER. */
  readonly publicKey: Buffer;
  /** SubjectPublicKeyInfo of the issuer, DER. */
  readonly issuerPublicKey: Buffer;
  readonly role:
    | { readonly kind: "authority"; readonly pathLength: number | null }
    | { readonly kind: "server"; readonly identifiers: readonly Identifier[] };
}

const ECDSA_WITH_SHA256 = sequence(objectIdentifier(OID.ecdsaWithSha256));

/** An X.509 v3 certificate (RFC 5280) in DER, signed by a P-256 key. */
export function signCertificate(content: CertificateContent, signingKey: KeyObject): Buffer {
  const toBeSigned = sequence(
    constructed(0, integer(Buffer.of(2))),
    integer(content.serial),
    ECDSA_WITH_SHA256,
    distinguishedName(content.issuer),
    sequence(time(content.notBefore), time(content.notAfter)),
    distinguishedName(content.subject),
    content.publicKey,
    constructed(3, sequence(...extensions(content))),
  );
  return sequence(toBeSigned, ECDSA_WITH_SHA256, bitString(sign("sha256", toBeSigned, signingKey)));
}

/** PEM, with a line end after the last line (RFC 7468). */
export function certificatePem(der: Buffer): string {
  const lines = der.toString("base64").match(/.{1,64}/g) ?? [];
  return `-----BEGIN CERTIFICATE-----\n${lines.join("\n")}\n-----END CERTIFICATE-----\n`;
}

function extensions({ role, subject, publicKey, issuerPublicKey }: CertificateContent): Buffer[] {
  const keyIdentifiers = [
    extension(OID.subjectKeyIdentifier, octetString(keyIdentifier(publicKey))),
    extension(OID.authorityKeyIdentifier, sequence(primitive(0, keyIdentifier(issuerPublicKey)))),
  ];
  switch (role.kind) {
    case "authority": {
      const pathLength = role.pathLength === null ? [] : [integer(Buffer.of(role.pathLength))];
      return [
        criticalExtension(OID.basicConstraints, sequence(booleanTrue(), ...pathLength)),
        // keyCertSign and cRLSign: bits 5 and 6.
        criticalExtension(OID.keyUsage, bitString(Buffer.of(0b0000_0110), 1)),
        ...keyIdentifiers,
      ];
    }
    case "server": {
      const names = sequence(...role.identifiers.map(generalName));
      // RFC 5280 section 4.2.1.6: critical where the subject is empty.
      const subjectNames = subject === null ? criticalExtension : extension;
      return [
        criticalExtension(OID.basicConstraints, sequence()),
        // digitalSignature: bit 0.
        criticalExtension(OID.keyUsage, bitString(Buffer.of(0b1000_0000), 7)),
        extension(OID.extendedKeyUsage, sequence(objectIdentifier(OID.serverAuth))),
        ...keyIdentifiers,
        subjectNames(OID.subjectAlternativeName, names),
        extension(OID.certificatePolicies, sequence(sequence(objectIdentifier(OID.domainValidated)))),
      ];
    }
  }
}

const extension = (oid: string, value: Buffer): Buffer => sequence(objectIdentifier(oid), octetString(value));

const criticalExtension = (oid: string, value: Buffer): Buffer =>
  sequence(objectIdentifier(oid), booleanTrue(), octetString(value));

const generalName = ({ type, value }: Identifier): Buffer =>
  type === "dns" ? primitive(2, Buffer.from(value, "latin1")) : primitive(7, addressBytes(value));

const distinguishedName = (commonName: string | null): Buffer =>
  commonName === null
    ? sequence()
    : sequence(setOf(sequence(objectIdentifier(OID.commonName), utf8String(commonName))));

/** RFC 7093 section 2, method 1: the first 160 bits of SHA-256 of the public key's bits. */
export function keyIdentifier(publicKeyInfo: Buffer): Buffer {
  const info = new DerReader(new DerReader(publicKeyInfo).read(0x30).content);
  info.read(0x30);
  return createHash("sha256").update(info.read(0x03).content.subarray(1)).digest().subarray(0, 20);
}

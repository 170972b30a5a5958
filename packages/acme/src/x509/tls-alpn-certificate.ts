import { createHash, createPublicKey, generateKeyPairSync, type KeyObject, randomBytes } from "node:crypto";
import { type Identifier, identifierOf } from "../wire/identifier.ts";
import { constructedContextTag, der, derSmallInteger, derTime, TAG } from "./der.ts";
import { commonName } from "./distinguished-name.ts";
import { criticalExtension, EXTENSION, extension } from "./extension.ts";
import { writePem } from "./pem.ts";
import { signatureAlgorithm, signed } from "./signature.ts";
import { subjectAltName } from "./subject-alt-name.ts";

/** What a certificate for tls-alpn-01 is made of (RFC 8737 section 3). */
export interface TlsAlpn01CertificateRequest {
  /** The authorization's; not a wildcard, which tls-alpn-01 cannot prove. */
  readonly identifier: Identifier;
  /** RFC 8555 section 8.1. */
  readonly keyAuthorization: string;
  /** A private key as {@link certificateRequest} takes it; a fresh P-256 key without one. */
  readonly key?: KeyObject;
  /** Milliseconds since the epoch; the machine's time without it. */
  readonly now?: number;
}

/** Both in PEM, as `node:tls` and every server takes them. */
export interface TlsAlpn01Certificate {
  /** One self-signed certificate. */
  readonly certificatePem: string;
  /** PKCS #8. */
  readonly privateKeyPem: string;
}

const DAY = 86_400_000;
const SELF = commonName("ACME tls-alpn-01 challenge");

/**
 * The certificate that answers a tls-alpn-01 challenge (RFC 8737 section 3): self-signed, one name, and the
 * SHA-256 of the key authorization in the critical extension acmeIdentifier. Good from a day ago, for clocks that
 * are wrong, to a week ahead, which is as long as a CA waits.
 *
 * @throws TypeError for a wildcard or an identifier that is no name, or for a key of another kind.
 */
export function tlsAlpn01Certificate({
  identifier,
  keyAuthorization,
  key = generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey,
  now = Date.now(),
}: TlsAlpn01CertificateRequest): TlsAlpn01Certificate {
  const subject = identifierOf(identifier.value);
  if (subject.type !== identifier.type || subject.value.startsWith("*."))
    throw new TypeError("a tls-alpn-01 challenge is for one DNS name or IP address");
  const digest = createHash("sha256").update(keyAuthorization).digest();
  const extensions = der(
    TAG.sequence,
    extension(EXTENSION.subjectAltName, subjectAltName([subject])),
    criticalExtension(EXTENSION.acmeIdentifier, der(TAG.octetString, digest)),
  );
  const toBeSigned = der(
    TAG.sequence,
    VERSION_3,
    der(TAG.integer, randomSerial()),
    signatureAlgorithm(key).identifier,
    SELF,
    der(TAG.sequence, derTime(now - DAY), derTime(now + 7 * DAY)),
    SELF,
    createPublicKey(key).export({ type: "spki", format: "der" }),
    der(constructedContextTag(3), extensions),
  );
  return {
    certificatePem: writePem({ label: "CERTIFICATE", der: signed(toBeSigned, key) }),
    privateKeyPem: key.export({ type: "pkcs8", format: "pem" }).toString(),
  };
}

const VERSION_3 = der(constructedContextTag(0), derSmallInteger(2));

/** 126 random bits in 16 bytes, of which the first is neither negative nor zero (RFC 5280 section 4.1.2.2). */
function randomSerial(): Uint8Array {
  const serial = randomBytes(16);
  serial[0] = ((serial[0] ?? 0) & 0x3f) | 0x40;
  return serial;
}

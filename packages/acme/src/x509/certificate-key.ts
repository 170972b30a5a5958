import { generateKeyPair, type KeyObject } from "node:crypto";
import { promisify } from "node:util";

/** The kinds of key that public CAs take. */
export type CertificateKeyKind = "P-256" | "P-384" | "RSA-2048" | "RSA-3072" | "RSA-4096";

const generate = promisify(generateKeyPair);

/**
 * A private key for a certificate. One key, one certificate: CAs refuse an account's key here (RFC 8555 section
 * 11.1).
 *
 * Made in Node's thread pool, so that the process goes on meanwhile: an EC key is a matter of microseconds, but
 * the primes of an RSA key are found by luck, and take tens of milliseconds (2,048 bits) to more than a second
 * (4,096 bits) of one core.
 */
export async function generateCertificateKey(kind: CertificateKeyKind): Promise<KeyObject> {
  const { privateKey } = await generatePair(kind);
  return privateKey;
}

function generatePair(kind: CertificateKeyKind) {
  switch (kind) {
    case "P-256":
    case "P-384":
      return generate("ec", { namedCurve: kind });
    case "RSA-2048":
    case "RSA-3072":
    case "RSA-4096":
      return generate("rsa", { modulusLength: Number(kind.slice(4)) });
    default:
      throw new TypeError(`no kind of certificate key: ${String(kind satisfies never)}`);
  }
}

import { generateKeyPair, type KeyObject } from "node:crypto";
import { promisify } from "node:util";

/** The kinds of key that public CAs take. */
export type CertificateKeyKind = "P-256" | "P-384" | "RSA-2048" | "RSA-3072" | "RSA-4096";

const generate = promisify(generateKeyPair);

/**
 * A private key for a certificate. One key, one certificate: CAs refuse an account's key here (RFC 8555 section
 * 11.1).
 *
 * Made in Node's thread pool, so that the process goes on meanwhile. An EC key takes less than a millisecond of one
 * core; the primes of an RSA key are found by luck: about 50 ms for 2,048 bits, 150 ms for 3,072, 550 ms for
 * 4,096, and now and then several times that.
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

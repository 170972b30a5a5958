import { X509Certificate } from "node:crypto";
import { type CertificateFacts, readCertificate } from "./certificate.ts";
import { DerError } from "./der-reader.ts";
import { readCommonName } from "./distinguished-name.ts";
import { parsePem, writePem } from "./pem.ts";
import { readToBeSigned } from "./to-be-signed.ts";

/** A leaf and what certifies it, as a server sends them. */
export interface CertificateChain {
  /** What the first certificate says. */
  readonly leaf: CertificateFacts;
  /** How many certificates there are, the leaf among them. */
  readonly certificates: number;
  /**
   * The common name of each certificate's issuer, from the leaf up; null for an issuer without one. The last names
   * what the chain hangs from, which is what people choose between chains by.
   */
  readonly issuers: readonly (string | null)[];
  /** The chain in strict PEM (64 columns, LF, nothing between), the leaf first. */
  readonly pem: string;
}

/** No CA sends more than four; each one costs a signature's check. */
const MOST_CERTIFICATES = 16;

/** In characters. A leaf with a hundred of the longest names takes 35,000. */
const LONGEST_PEM = 262_144;

/**
 * - `too-large`: more than 16 certificates, or more than 262,144 characters.
 * - `not-pem`: no PEM, or broken PEM.
 * - `not-only-certificates`: something else is among it, such as a private key (RFC 8555 section 7.4.2: reject).
 * - `not-a-certificate`: a block is no X.509 certificate that can be read.
 * - `wrong-order`: the first is a CA's own, or one does not certify the one before it (RFC 8555 section 9.1).
 */
export type ChainErrorCode =
  | "too-large"
  | "not-pem"
  | "not-only-certificates"
  | "not-a-certificate"
  | "wrong-order";

/** What came is no chain that could be served. */
export class ChainError extends Error {
  override readonly name = "ChainError";
  /** Why: what to branch on. */
  readonly code: ChainErrorCode;

  /** The message is for people. */
  constructor(code: ChainErrorCode, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.code = code;
  }
}

/**
 * Reads a PEM chain, leaf first, and checks that each certificate is signed by the next. Whether the last is
 * trusted, the time is right, and the names are those asked for is the caller's to compare.
 *
 * @throws ChainError
 */
export function parseChain(pem: string): CertificateChain {
  if (pem.length > LONGEST_PEM)
    throw new ChainError("too-large", `the chain is longer than ${LONGEST_PEM} characters`);
  const blocks = parsePem(pem);
  if (blocks === null || blocks.length === 0) throw new ChainError("not-pem", "the chain is not PEM");
  if (blocks.length > MOST_CERTIFICATES)
    throw new ChainError("too-large", `a chain of more than ${MOST_CERTIFICATES} certificates`);
  const other = blocks.find(({ label }) => label !== "CERTIFICATE");
  if (other !== undefined)
    throw new ChainError("not-only-certificates", `a chain with a ${other.label} in it`);
  const certificates = blocks.map(({ der }, index) => readX509(der, index));
  checkOrder(certificates);
  return {
    leaf: readLeaf(certificates),
    certificates: certificates.length,
    issuers: certificates.map(readIssuer),
    pem: blocks.map(writePem).join(""),
  };
}

function readX509(der: Uint8Array, index: number): X509Certificate {
  return orNotACertificate(index, () => {
    const certificate = new X509Certificate(der);
    // OpenSSL reads the certificate at the front, whatever comes after it, and takes lengths that are not DER's.
    if (!certificate.raw.equals(der)) throw new DerError("not the DER of one certificate");
    return certificate;
  });
}

function readLeaf([leaf]: readonly X509Certificate[]): CertificateFacts {
  return orNotACertificate(0, () => {
    if (leaf === undefined) throw new RangeError("empty chain");
    return readCertificate(leaf);
  });
}

function readIssuer({ raw }: X509Certificate, index: number): string | null {
  return orNotACertificate(index, () => readCommonName(readToBeSigned(raw).issuer));
}

function checkOrder(certificates: readonly X509Certificate[]): void {
  if (certificates[0]?.ca === true) throw new ChainError("wrong-order", "the first certificate is a CA's");
  for (const [index, certificate] of certificates.entries()) {
    const issuer = certificates[index + 1];
    if (issuer !== undefined && !isIssuedBy(certificate, issuer)) {
      throw new ChainError("wrong-order", `certificate ${index + 1} is not issued by the one after it`);
    }
  }
}

function isIssuedBy(certificate: X509Certificate, issuer: X509Certificate): boolean {
  try {
    return certificate.checkIssued(issuer) && certificate.verify(issuer.publicKey);
  } catch {
    // A key of a kind OpenSSL does not know has signed nothing that we could check.
    return false;
  }
}

function orNotACertificate<T>(index: number, read: () => T): T {
  try {
    return read();
  } catch (cause) {
    throw new ChainError("not-a-certificate", `certificate ${index + 1} of the chain cannot be read`, {
      cause,
    });
  }
}

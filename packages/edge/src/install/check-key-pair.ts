import { createPrivateKey, X509Certificate } from "node:crypto";
import { isIP } from "node:net";

export interface KeyPair {
  /** Leaf first. */
  readonly chainPem: string;
  readonly keyPem: string;
}

/** What a certificate has to be before it is installed. */
export interface Expectation {
  readonly names: readonly string[];
  /** Lower-case hex. */
  readonly serial: string;
  /** The chain that is installed now, leaf first; null: none, or none that can be read. */
  readonly installedChainPem: string | null;
}

/**
 * Looks at a certificate before it is installed: its chain parses and is in order, the key is the leaf's, it
 * is the one announced, it covers the names, and it is not older than what it would replace.
 *
 * @returns what is wrong, as a clause; null: nothing.
 */
export function keyPairFault({ chainPem, keyPem }: KeyPair, expected: Expectation): string | null {
  const chain = parseChain(chainPem);
  if (chain === null) return "its chain is no sequence of PEM certificates";
  const [leaf] = chain;
  return (
    orderFault(chain) ??
    keyFault(leaf, keyPem) ??
    serialFault(leaf, expected.serial) ??
    namesFault(leaf, expected.names) ??
    ageFault(leaf, expected.installedChainPem)
  );
}

type Chain = readonly [leaf: X509Certificate, ...issuers: X509Certificate[]];

function parseChain(pem: string): Chain | null {
  const blocks = pem.match(certificateBlock);
  if (blocks === null || pem.replaceAll(certificateBlock, "").trim() !== "") return null;
  try {
    const [leaf = "", ...issuers] = blocks;
    return [new X509Certificate(leaf), ...issuers.map(parseIssuer)];
  } catch {
    return null;
  }
}

/** A few issuers are behind all certificates of an edge; kept as they are, 3 kB each. */
const issuersKept = 50;
const issuerByBlock = new Map<string, X509Certificate>();

function parseIssuer(block: string): X509Certificate {
  const known = issuerByBlock.get(block);
  if (known !== undefined) return known;
  const issuer = new X509Certificate(block);
  if (issuerByBlock.size === issuersKept) issuerByBlock.clear();
  // Its own text: a part of a longer one would keep all of that.
  issuerByBlock.set(Buffer.from(block).toString(), issuer);
  return issuer;
}

const certificateBlock = /-----BEGIN CERTIFICATE-----[A-Za-z0-9+/=\s]+-----END CERTIFICATE-----/g;

function orderFault(chain: Chain): string | null {
  const wrong = chain.findIndex((certificate, i) => {
    const issuer = chain[i + 1];
    return issuer !== undefined && !isSignedBy(certificate, issuer);
  });
  return wrong === -1
    ? null
    : `its chain is out of order: number ${wrong + 2} did not sign number ${wrong + 1}`;
}

/** Which of the issuers above was signed by which was looked at before. */
const signersOf = new WeakMap<X509Certificate, WeakSet<X509Certificate>>();

function isSignedBy(certificate: X509Certificate, issuer: X509Certificate): boolean {
  const known = signersOf.get(certificate);
  if (known?.has(issuer) === true) return true;
  if (!(certificate.checkIssued(issuer) && certificate.verify(issuer.publicKey))) return false;
  signersOf.set(certificate, (known ?? new WeakSet()).add(issuer));
  return true;
}

function keyFault(leaf: X509Certificate, keyPem: string): string | null {
  try {
    return leaf.checkPrivateKey(createPrivateKey(keyPem)) ? null : "its key is not the certificate's";
  } catch {
    return "its key is no private key in PEM";
  }
}

function serialFault(leaf: X509Certificate, announced: string): string | null {
  const serial = withoutLeadingZeros(leaf.serialNumber.toLowerCase());
  return serial === withoutLeadingZeros(announced)
    ? null
    : `it has serial ${serial}; ${announced} was announced`;
}

const withoutLeadingZeros = (hex: string): string => hex.replace(/^0+(?=.)/, "");

function namesFault(leaf: X509Certificate, names: readonly string[]): string | null {
  const uncovered = names.filter((name) => !isCovered(leaf, name));
  return uncovered.length === 0 ? null : `it does not cover ${uncovered.join(", ")}`;
}

function isCovered(leaf: X509Certificate, name: string): boolean {
  if (isIP(name) !== 0) return leaf.checkIP(name) !== undefined;
  // A wildcard is no host: only the very same entry covers it.
  if (name.startsWith("*.")) return leaf.subjectAltName?.split(", ").includes(`DNS:${name}`) ?? false;
  return leaf.checkHost(name, { subject: "never", partialWildcards: false }) !== undefined;
}

/**
 * Older is what began and ends earlier. Not what only ends earlier: certificates get shorter lives; nor what
 * only began earlier: CAs date theirs back by different times.
 */
function ageFault(leaf: X509Certificate, installedChainPem: string | null): string | null {
  const installed = installedChainPem === null ? null : parseChain(installedChainPem)?.[0];
  if (installed === null || installed === undefined) return null;
  const older = leaf.validFromDate < installed.validFromDate && leaf.validToDate < installed.validToDate;
  return older ? `it is older than the installed one (valid until ${leaf.validToDate.toISOString()})` : null;
}

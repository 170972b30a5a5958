/** From certificates and keys that lie about to one that can be served: which key, which chain, is it good now. */
import type { KeyObject, X509Certificate } from "node:crypto";
import { type CertificateFacts, ChainError, parseChain } from "@certmill/acme";
import { Unusable } from "./unusable.ts";

export interface Parts {
  /** For the report. */
  readonly path: string;
  readonly leaf: X509Certificate;
  /** Those that may certify it, in any order; others among them do no harm. */
  readonly others: readonly X509Certificate[];
  readonly keys: readonly KeyObject[];
}

/** A certificate with its whole chain and its key: all that is needed to serve it. */
export interface Assembled {
  /** As in the certificate. */
  readonly names: readonly string[];
  /** Milliseconds since the epoch. */
  readonly notAfter: number;
  /** SHA-256 of the certificate, lower-case hex. */
  readonly fingerprint: string;
  /** Leaf first, without a self-signed root. */
  readonly chainPem: string;
  /** PKCS #8. */
  readonly keyPem: string;
}

/** @param now milliseconds since the epoch. @throws Unusable */
export function assemble({ path, leaf, others, keys }: Parts, now: number): Assembled {
  const { facts, pem } = readChain(path, chainOf(leaf, others));
  demandValid(path, leaf, facts, now);
  return {
    names: facts.names,
    notAfter: facts.notAfter,
    fingerprint: facts.fingerprint,
    chainPem: pem,
    keyPem: exported(path, keyOf(path, leaf, keys)),
  };
}

/** From the leaf up, each signed by the next, without the self-signed root, which every client has. */
function chainOf(leaf: X509Certificate, others: readonly X509Certificate[]): readonly X509Certificate[] {
  const chain = [leaf];
  for (let last: X509Certificate | undefined = leaf; last !== undefined && chain.length < longestChain; ) {
    const child: X509Certificate = last;
    last = isSelfSigned(child)
      ? undefined
      : others.find((other) => !isSelfSigned(other) && !chain.includes(other) && isIssuedBy(child, other));
    if (last !== undefined) chain.push(last);
  }
  return chain;
}

const longestChain = 10;

const isSelfSigned = (certificate: X509Certificate): boolean => isIssuedBy(certificate, certificate);

function isIssuedBy(certificate: X509Certificate, issuer: X509Certificate): boolean {
  try {
    return certificate.checkIssued(issuer) && certificate.verify(issuer.publicKey);
  } catch {
    return false;
  }
}

function readChain(
  path: string,
  chain: readonly X509Certificate[],
): { readonly facts: CertificateFacts; readonly pem: string } {
  try {
    const { leaf, pem } = parseChain(chain.map(String).join(""));
    return { facts: leaf, pem };
  } catch (error) {
    if (error instanceof ChainError)
      throw new Unusable(path, "chain-broken", `Its chain is no good: ${error.message}.`);
    throw error;
  }
}

function demandValid(path: string, leaf: X509Certificate, facts: CertificateFacts, now: number): void {
  const { names, notBefore, notAfter } = facts;
  if (isSelfSigned(leaf)) throw new Unusable(path, "self-signed", "It is self-signed: no CA issued it.");
  if (notAfter <= now) throw new Unusable(path, "expired", `It ended at ${instantText(notAfter)}.`);
  if (notBefore > now) throw new Unusable(path, "not-yet-valid", `It begins at ${instantText(notBefore)}.`);
  if (names.length === 0) throw new Unusable(path, "no-names", "It has no subject alternative names.");
}

const instantText = (at: number): string => `${new Date(at).toISOString().slice(0, 16).replace("T", " ")}Z`;

function keyOf(path: string, leaf: X509Certificate, keys: readonly KeyObject[]): KeyObject {
  const key = keys.find((each) => leaf.checkPrivateKey(each));
  if (key !== undefined) return key;
  if (keys.length > 0) throw new Unusable(path, "key-mismatch", "Its private key is another certificate's.");
  throw new Unusable(path, "no-key", "There is no private key for it.");
}

/** Kinds that browsers take and that can be sealed as PKCS #8. */
function exported(path: string, key: KeyObject): string {
  const { asymmetricKeyType: type, asymmetricKeyDetails: details } = key;
  if (type === "rsa" && (details?.modulusLength ?? 0) < 2_048) {
    throw new Unusable(
      path,
      "key-unusable",
      `Its RSA key has ${details?.modulusLength} bits: too few to be safe.`,
    );
  }
  if (type !== "rsa" && (type !== "ec" || !curves.has(details?.namedCurve ?? ""))) {
    const kind = details?.namedCurve ?? type ?? "unknown";
    throw new Unusable(path, "key-unusable", `Its key is of a kind that browsers do not take: ${kind}.`);
  }
  return key.export({ type: "pkcs8", format: "pem" }).toString();
}

const curves: ReadonlySet<string> = new Set(["prime256v1", "secp384r1", "secp521r1"]);

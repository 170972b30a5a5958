/** Certificates that came from another program: whether they can be served, and what they say. */
import { createPrivateKey, createPublicKey, type KeyObject } from "node:crypto";
import { type CertificateFacts, ChainError, parseChain } from "@certmill/acme";
import type { Instant } from "@certmill/domain";
import { exportKey } from "../keys/certificate-key.ts";
import { seal } from "../keys/envelope.ts";
import type { KeyRing } from "../keys/key-ring.ts";
import type { CertificateToStore } from "../store/decision/commit-issued.ts";
import type { KeyType } from "../store/schema/key.ts";
import type { Sealed } from "../store/secrets.ts";
import { certificateToStore } from "./certificate-to-store.ts";

/** A certificate that can be served now. */
export interface ReadCertificate {
  /** As in the certificate. */
  readonly names: readonly string[];
  readonly certificate: CertificateToStore;
  /** The private key, PKCS #8 DER. */
  readonly key: Sealed;
  /** What a key like its own is called here. */
  readonly keyType: KeyType;
}

export type ReadOutcome =
  | { readonly ok: true; readonly read: ReadCertificate }
  | { readonly ok: false; readonly code: string; readonly reason: string };

const no = (code: string, reason: string): ReadOutcome => ({ ok: false, code, reason });

/** Seals the key at once; what it is stays in no message. */
export function readImported(
  { chainPem, keyPem }: { readonly chainPem: string; readonly keyPem: string },
  { keyRing, now }: { readonly keyRing: KeyRing; readonly now: Instant },
): ReadOutcome {
  const chain = chainOf(chainPem);
  if ("fault" in chain) return no("chain-broken", `Its chain is no good: ${chain.fault}.`);
  const { leaf, pem } = chain;
  if (leaf.names.length === 0) return no("no-names", "It has no subject alternative names.");
  if (leaf.notAfter <= now) return no("expired", `It ended at ${minuteText(leaf.notAfter)}.`);
  if (leaf.notBefore > now) return no("not-yet-valid", `It begins at ${minuteText(leaf.notBefore)}.`);
  const key = privateKey(keyPem);
  if (key === null) return no("key-unusable", "The key is no private key in the clear as PEM.");
  const keyType = keyTypeOf(key);
  if (keyType === null) return no("key-unusable", "The key is neither RSA of 2,048 bits or more nor EC.");
  if (!createPublicKey(key).export({ type: "spki", format: "der" }).equals(leaf.spki))
    return no("key-mismatch", "The private key is another certificate's.");
  return {
    ok: true,
    read: {
      names: leaf.names,
      certificate: certificateToStore(leaf, pem),
      key: seal(keyRing, exportKey(key)),
      keyType,
    },
  };
}

function chainOf(chainPem: string): { leaf: CertificateFacts; pem: string } | { fault: string } {
  try {
    return parseChain(chainPem);
  } catch (error) {
    if (error instanceof ChainError) return { fault: error.message };
    throw error;
  }
}

function privateKey(pem: string): KeyObject | null {
  try {
    return createPrivateKey(pem);
  } catch {
    return null;
  }
}

function keyTypeOf({ asymmetricKeyType: type, asymmetricKeyDetails: details }: KeyObject): KeyType | null {
  if (type === "rsa") return (details?.modulusLength ?? 0) >= 2_048 ? "rsa2048" : null;
  return type === "ec" && curves.has(details?.namedCurve ?? "") ? "p256" : null;
}

const curves: ReadonlySet<string> = new Set(["prime256v1", "secp384r1", "secp521r1"]);

const minuteText = (at: number): string => `${new Date(at).toISOString().slice(0, 16).replace("T", " ")}Z`;

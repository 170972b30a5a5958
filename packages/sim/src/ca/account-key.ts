import { createPublicKey, type KeyObject } from "node:crypto";
import { calculateJwkThumbprint, type JWK } from "jose";
import { Refusal } from "../problem.ts";

/** What Boulder takes, and RFC 8037's EdDSA; told to clients that sign with anything else. */
export const JWS_ALGORITHMS: readonly string[] = ["ES256", "ES384", "ES512", "RS256", "EdDSA"];

export interface AccountKey {
  readonly key: KeyObject;
  /** RFC 7638, SHA-256, base64url. */
  readonly thumbprint: string;
  /** The one JWS algorithm this key signs with. */
  readonly algorithm: string;
}

/** By `kty` and, where there is one, `crv`. */
const KEY_ALGORITHMS: ReadonlyMap<string, string> = new Map([
  ["RSA", "RS256"],
  ["EC P-256", "ES256"],
  ["EC P-384", "ES384"],
  ["EC P-521", "ES512"],
  ["OKP Ed25519", "EdDSA"],
]);

/** @throws Refusal badPublicKey for a key that is none, private, too small or of an unknown type. */
export async function parseAccountKey(jwk: JWK): Promise<AccountKey> {
  if ("d" in jwk || "k" in jwk) throw new Refusal("badPublicKey", "The JWK is not a public key");
  const algorithm = KEY_ALGORITHMS.get(jwk.kty === "RSA" ? "RSA" : `${jwk.kty} ${jwk.crv}`);
  if (algorithm === undefined) throw new Refusal("badPublicKey", "unknown key type or curve");
  const key = publicKey(jwk);
  if (jwk.kty === "RSA" && (key.asymmetricKeyDetails?.modulusLength ?? 0) < 2048) {
    throw new Refusal("badPublicKey", "key too small");
  }
  return { key, thumbprint: await calculateJwkThumbprint(jwk), algorithm };
}

function publicKey(jwk: JWK): KeyObject {
  try {
    return createPublicKey({ key: { ...jwk }, format: "jwk" });
  } catch {
    throw new Refusal("badPublicKey", "The JWK cannot be read");
  }
}

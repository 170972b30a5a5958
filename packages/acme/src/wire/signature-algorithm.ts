import { createPublicKey, type KeyObject, sign } from "node:crypto";
import { joseSignature } from "./jose-signature.ts";

/** The JWS algorithms of account keys: RFC 7518 sections 3.3 and 3.4, RFC 8037 section 3.1. */
export type JwsAlgorithm = "ES256" | "ES384" | "RS256" | "EdDSA";

/** The public half of a key as a JWK: just the members that RFC 7638 section 3.2 names, in its order. */
export type PublicJwk =
  | { readonly crv: "P-256" | "P-384"; readonly kty: "EC"; readonly x: string; readonly y: string }
  | { readonly e: string; readonly kty: "RSA"; readonly n: string }
  | { readonly crv: "Ed25519"; readonly kty: "OKP"; readonly x: string };

/** How a private key signs, and how its public half is told. */
export interface SignatureScheme {
  readonly alg: JwsAlgorithm;
  readonly publicJwk: PublicJwk;
  /** The JWS signature of bytes. */
  readonly sign: (input: Uint8Array) => Buffer;
}

/** RFC 7518 section 3.3. */
const LEAST_RSA_BITS = 2_048;

/**
 * The scheme of a private key: ES256 for P-256, ES384 for P-384, RS256 for RSA of 2,048 bits or more, EdDSA for
 * Ed25519.
 *
 * @throws TypeError for any other key.
 */
export function signatureScheme(key: KeyObject): SignatureScheme {
  if (key.type !== "private") throw unusable();
  switch (key.asymmetricKeyType) {
    case "ec":
      return ecScheme(key);
    case "rsa":
      return rsaScheme(key);
    case "ed25519": {
      const { x } = publicMembers(key);
      return {
        alg: "EdDSA",
        publicJwk: { crv: "Ed25519", kty: "OKP", x },
        sign: (input) => sign(null, input, key),
      };
    }
    default:
      throw unusable();
  }
}

function ecScheme(key: KeyObject): SignatureScheme {
  const { x, y } = publicMembers(key);
  const { namedCurve } = { ...key.asymmetricKeyDetails };
  switch (namedCurve) {
    case "prime256v1":
      return {
        alg: "ES256",
        publicJwk: { crv: "P-256", kty: "EC", x, y },
        sign: (input) => joseSignature(sign("sha256", input, key), 32),
      };
    case "secp384r1":
      return {
        alg: "ES384",
        publicJwk: { crv: "P-384", kty: "EC", x, y },
        sign: (input) => joseSignature(sign("sha384", input, key), 48),
      };
    default:
      throw unusable();
  }
}

function rsaScheme(key: KeyObject): SignatureScheme {
  const { modulusLength = 0 } = { ...key.asymmetricKeyDetails };
  if (modulusLength < LEAST_RSA_BITS) throw unusable();
  const { e, n } = publicMembers(key);
  return { alg: "RS256", publicJwk: { e, kty: "RSA", n }, sign: (input) => sign("sha256", input, key) };
}

/** The members of a key's public half; which there are follows from its kind. */
function publicMembers(key: KeyObject): Readonly<Record<"e" | "n" | "x" | "y", string>> {
  const jwk = createPublicKey(key).export({ format: "jwk" });
  return { e: String(jwk.e), n: String(jwk.n), x: String(jwk.x), y: String(jwk.y) };
}

const unusable = (): TypeError =>
  new TypeError(
    "an account key must be a private key: EC on P-256 or P-384, RSA of 2,048 bits or more, or Ed25519",
  );

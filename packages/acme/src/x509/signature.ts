import { type KeyObject, sign } from "node:crypto";
import { der, derBitString, derOid, TAG } from "./der.ts";

/** How a certificate's key signs, with the AlgorithmIdentifier (RFC 5280 section 4.1.1.2) in DER that says so. */
export interface SignatureAlgorithm {
  readonly digest: "sha256" | "sha384";
  readonly identifier: Uint8Array;
}

const ECDSA_WITH_SHA256: SignatureAlgorithm = {
  digest: "sha256",
  identifier: der(TAG.sequence, derOid("1.2.840.10045.4.3.2")),
};
const ECDSA_WITH_SHA384: SignatureAlgorithm = {
  digest: "sha384",
  identifier: der(TAG.sequence, derOid("1.2.840.10045.4.3.3")),
};
const RSA_WITH_SHA256: SignatureAlgorithm = {
  digest: "sha256",
  identifier: der(TAG.sequence, derOid("1.2.840.113549.1.1.11"), der(TAG.null)),
};

/**
 * The one algorithm for a key: the hash is as wide as the curve (RFC 5758 section 3.2), and SHA-256 for RSA.
 *
 * @throws TypeError for a key that no public CA takes.
 */
export function signatureAlgorithm(key: KeyObject): SignatureAlgorithm {
  const { namedCurve, modulusLength = 0 } = key.asymmetricKeyDetails ?? {};
  if (key.type === "private") {
    if (namedCurve === "prime256v1") return ECDSA_WITH_SHA256;
    if (namedCurve === "secp384r1") return ECDSA_WITH_SHA384;
    const isUsualLength = modulusLength >= 2_048 && modulusLength <= 4_096;
    if (key.asymmetricKeyType === "rsa" && isUsualLength) return RSA_WITH_SHA256;
  }
  throw new TypeError(
    "a certificate's key must be a private key, EC on P-256 or P-384, or RSA of 2,048 to 4,096 bits",
  );
}

/** The outer form of a request and of a certificate alike: what is signed, how, and the signature. */
export function signed(toBeSigned: Uint8Array, key: KeyObject): Uint8Array {
  const { digest, identifier } = signatureAlgorithm(key);
  return der(TAG.sequence, toBeSigned, identifier, derBitString(sign(digest, toBeSigned, key)));
}

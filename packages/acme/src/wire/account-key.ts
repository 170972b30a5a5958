import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type JsonWebKey,
  type KeyObject,
} from "node:crypto";
import {
  type JwsAlgorithm,
  type PublicJwk,
  type SignatureScheme,
  signatureScheme,
} from "./signature-algorithm.ts";

/**
 * The key pair that signs requests: an account's identity, or a certificate's key that revokes it (RFC 8555
 * sections 6.2 and 7.6). The kind of key decides the algorithm.
 */
export class AccountKey {
  readonly #privateKey: KeyObject;
  readonly #scheme: SignatureScheme;
  /** SubjectPublicKeyInfo, DER; made when it is first needed. */
  #spki: Buffer | null = null;
  /** base64url SHA-256 of the public key (RFC 7638); the second half of every key authorization. */
  readonly thumbprint: string;

  /** @throws TypeError when it is not a private key: P-256, P-384, RSA of 2,048 bits or more, or Ed25519. */
  constructor(privateKey: KeyObject) {
    this.#scheme = signatureScheme(privateKey);
    this.#privateKey = privateKey;
    this.thumbprint = createHash("sha256").update(JSON.stringify(this.publicJwk)).digest("base64url");
  }

  /** The JWS algorithm its requests are signed with. */
  get alg(): JwsAlgorithm {
    return this.#scheme.alg;
  }

  /** The public half as a JWK with the members RFC 7638 names, in its order. */
  get publicJwk(): PublicJwk {
    return this.#scheme.publicJwk;
  }

  /** Whether DER holds this key's public half, as a CSR for it does: RFC 8555 section 11.1 forbids such a one. */
  isWithin(der: Uint8Array): boolean {
    const spki = this.#spki ?? createPublicKey(this.#privateKey).export({ type: "spki", format: "der" });
    this.#spki = spki;
    return Buffer.from(der.buffer, der.byteOffset, der.length).includes(spki);
  }

  /** The JWS signature of ASCII text, base64url. */
  sign(input: string): string {
    return this.#scheme.sign(Buffer.from(input, "latin1")).toString("base64url");
  }

  /** The private key, PKCS #8. */
  toPem(): string {
    return this.#privateKey.export({ type: "pkcs8", format: "pem" }).toString();
  }

  /** The private key, RFC 7517 with the members of RFC 7518 section 6 or RFC 8037 section 2. */
  toJwk(): JsonWebKey {
    return this.#privateKey.export({ format: "jwk" });
  }
}

/** RSA is of 2,048 bits and takes some tenths of a second. */
export function generateAccountKey(alg: JwsAlgorithm = "ES256"): AccountKey {
  switch (alg) {
    case "ES256":
      return new AccountKey(generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey);
    case "ES384":
      return new AccountKey(generateKeyPairSync("ec", { namedCurve: "P-384" }).privateKey);
    case "RS256":
      return new AccountKey(generateKeyPairSync("rsa", { modulusLength: 2_048 }).privateKey);
    case "EdDSA":
      return new AccountKey(generateKeyPairSync("ed25519").privateKey);
  }
}

/**
 * @param pem a private key, PKCS #8, PKCS #1 or SEC 1, not encrypted.
 * @throws TypeError when it is none, or of a kind that signs no requests.
 */
export function accountKeyFromPem(pem: string): AccountKey {
  return new AccountKey(readPrivateKey(() => createPrivateKey(pem), "PEM"));
}

/** @throws TypeError when it is no private key, or of a kind that signs no requests. */
export function accountKeyFromJwk(jwk: JsonWebKey): AccountKey {
  return new AccountKey(readPrivateKey(() => createPrivateKey({ key: jwk, format: "jwk" }), "JWK"));
}

/** The cause is left out on purpose: OpenSSL's and Node's messages can quote the input. */
function readPrivateKey(read: () => KeyObject, form: string): KeyObject {
  try {
    return read();
  } catch {
    throw new TypeError(`the account key is not a readable private key (${form})`);
  }
}

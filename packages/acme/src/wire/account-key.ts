import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type JsonWebKey,
  type KeyObject,
  sign,
} from "node:crypto";

/** The public half as a JWK with the members RFC 7638 names, in its order. */
export interface EcPublicJwk {
  readonly crv: "P-256";
  readonly kty: "EC";
  readonly x: string;
  readonly y: string;
}

/** The key pair that is an ACME account's identity. ES256 (RFC 7518 section 3.4). */
export class AccountKey {
  readonly alg = "ES256";
  readonly publicJwk: EcPublicJwk;
  /** base64url SHA-256 of the public key (RFC 7638); the second half of every key authorization. */
  readonly thumbprint: string;
  readonly #privateKey: KeyObject;

  /** @throws TypeError when it is not a private key on P-256. */
  constructor(privateKey: KeyObject) {
    if (privateKey.type !== "private" || privateKey.asymmetricKeyDetails?.namedCurve !== "prime256v1") {
      throw new TypeError("an account key must be a private EC key on P-256");
    }
    const { x, y } = createPublicKey(privateKey).export({ format: "jwk" });
    if (x === undefined || y === undefined) throw new TypeError("an account key must have a public point");
    this.publicJwk = { crv: "P-256", kty: "EC", x, y };
    this.thumbprint = createHash("sha256").update(JSON.stringify(this.publicJwk)).digest("base64url");
    this.#privateKey = privateKey;
  }

  /** The JWS signature of ASCII text, base64url. */
  sign(input: string): string {
    const signature = sign("sha256", Buffer.from(input, "latin1"), {
      key: this.#privateKey,
      dsaEncoding: "ieee-p1363",
    });
    return signature.toString("base64url");
  }

  /** The private key, PKCS #8. */
  toPem(): string {
    return this.#privateKey.export({ type: "pkcs8", format: "pem" }).toString();
  }

  /** The private key, RFC 7518 section 6.2.2. */
  toJwk(): JsonWebKey {
    return this.#privateKey.export({ format: "jwk" });
  }
}

export function generateAccountKey(): AccountKey {
  return new AccountKey(generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey);
}

/**
 * @param pem a private key, PKCS #8 or SEC 1, not encrypted.
 * @throws TypeError when it is none, or not on P-256.
 */
export function accountKeyFromPem(pem: string): AccountKey {
  return new AccountKey(readPrivateKey(() => createPrivateKey(pem), "PEM"));
}

/** @throws TypeError when it is no private key, or not on P-256. */
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

import type { AccountKey } from "./account-key.ts";

/** Who signs: an account by its URL, or, before there is one, the key itself (RFC 8555 section 6.2). */
export type Signer = { readonly kid: string } | { readonly jwk: AccountKey["publicJwk"] };

/** The payload of a POST-as-GET (RFC 8555 section 6.3). */
export const NO_PAYLOAD = "";

/** All members are base64url (RFC 7515 section 7.2.2). */
export interface FlattenedJws {
  readonly protected: string;
  readonly payload: string;
  readonly signature: string;
}

/** Signs requests of one signer; the constant half of the protected header is written once. */
export class JwsSigner {
  readonly #key: AccountKey;
  readonly #headerStart: string;

  constructor(key: AccountKey, signer: Signer) {
    this.#key = key;
    this.#headerStart = JSON.stringify({ alg: key.alg, ...signer }).slice(0, -1);
  }

  /**
   * A request body in the flattened JSON serialisation (RFC 8555 section 6.2).
   *
   * @param payload JSON text, or {@link NO_PAYLOAD}.
   */
  sign(url: string, nonce: string, payload: string): string {
    const header = `${this.#headerStart},"nonce":${JSON.stringify(nonce)},"url":${JSON.stringify(url)}}`;
    const encodedHeader = base64url(header);
    const encodedPayload = base64url(payload);
    const signature = this.#key.sign(`${encodedHeader}.${encodedPayload}`);
    // base64url has nothing in it that JSON would escape.
    return `{"protected":"${encodedHeader}","payload":"${encodedPayload}","signature":"${signature}"}`;
  }
}

/** The base64url of a text, without padding (RFC 7515 section 2). */
export function base64url(text: string): string {
  return Buffer.from(text, "utf8").toString("base64url");
}

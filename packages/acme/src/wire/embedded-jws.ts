import { createHmac } from "node:crypto";
import type { AccountKey } from "./account-key.ts";
import { base64url, type FlattenedJws } from "./jws.ts";
import type { PublicJwk } from "./signature-algorithm.ts";

/** What ties a new account to one the CA already has with its customer (RFC 8555 section 7.3.4). */
export interface ExternalAccountBinding {
  /** As the CA hands it out, beside the MAC key. */
  readonly keyId: string;
  /** The MAC key, base64url, as CAs hand it out. */
  readonly hmacKey: string;
}

/**
 * The inner JWS of an external account binding, HS256: the CA's MAC key over the account's public key.
 *
 * @throws TypeError when `hmacKey` is not base64url.
 */
export function bindExternalAccount(
  binding: ExternalAccountBinding,
  key: AccountKey,
  newAccountUrl: string,
): FlattenedJws {
  // A trailing "=" does no harm, and some CAs' web pages show it.
  if (!/^[\w-]+={0,2}$/.test(binding.hmacKey)) throw new TypeError("the EAB HMAC key is not base64url");
  return embed({ alg: "HS256", kid: binding.keyId, url: newAccountUrl }, key.publicJwk, (input) =>
    createHmac("sha256", Buffer.from(binding.hmacKey, "base64url")).update(input).digest("base64url"),
  );
}

/**
 * The inner JWS of a key rollover (RFC 8555 section 7.3.5): the new key's word that it takes the account over.
 *
 * @param keyChangeUrl the directory's; inner and outer JWS name the same.
 */
export function keyChangeRequest(change: {
  readonly accountUrl: string;
  readonly oldKey: AccountKey;
  readonly newKey: AccountKey;
  readonly keyChangeUrl: string;
}): FlattenedJws {
  const { accountUrl, oldKey, newKey, keyChangeUrl } = change;
  return embed(
    { alg: newKey.alg, jwk: newKey.publicJwk, url: keyChangeUrl },
    { account: accountUrl, oldKey: oldKey.publicJwk },
    (input) => newKey.sign(input),
  );
}

interface InnerHeader {
  readonly alg: string;
  readonly kid?: string;
  readonly jwk?: PublicJwk;
  readonly url: string;
}

/** A JWS that travels as the payload of another, and so has no nonce of its own. */
function embed(header: InnerHeader, payload: object, sign: (input: string) => string): FlattenedJws {
  const encodedHeader = base64url(JSON.stringify(header));
  const encodedPayload = base64url(JSON.stringify(payload));
  return {
    protected: encodedHeader,
    payload: encodedPayload,
    signature: sign(`${encodedHeader}.${encodedPayload}`),
  };
}

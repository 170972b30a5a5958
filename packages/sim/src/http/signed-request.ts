import { type FlattenedJWSInput, flattenedVerify, type JWK, type JWSHeaderParameters } from "jose";
import { type AccountKey, JWS_ALGORITHMS, parseAccountKey } from "../ca/account-key.ts";
import { type Account, type Accounts, refuseDeactivated } from "../ca/accounts.ts";
import { Refusal } from "../problem.ts";
import { isRecord, type JsonRecord } from "../record.ts";
import type { Nonces } from "./nonces.ts";

/** A request whose signature, nonce and URL are right. */
export interface SignedRequest {
  readonly signer: Signer;
  /** `null`: POST-as-GET (RFC 8555 section 6.3). */
  readonly payload: JsonRecord | null;
}

export type Signer =
  | { readonly kind: "account"; readonly account: Account }
  /** By a key that the request itself carries. */
  | { readonly kind: "key"; readonly key: AccountKey };

const BASE64URL = /^[A-Za-z0-9_-]*$/;

/** `trust`: nothing that is signed is verified. */
export type Signatures = "verify" | "trust";

/**
 * Checks the JWS of a request as RFC 8555 section 6 demands. The nonce is spent even if the rest is wrong.
 *
 * @param url what the client must have signed.
 * @throws Refusal
 */
export async function verifySignedRequest(
  body: string,
  url: string,
  {
    nonces,
    accounts,
    signatures,
  }: { readonly nonces: Nonces; readonly accounts: Accounts; readonly signatures: Signatures },
): Promise<SignedRequest> {
  const { jws, header } = parseJws(body);
  if (typeof header["nonce"] !== "string") throw new Refusal("badNonce", "JWS has no anti-replay nonce");
  if (!nonces.spend(header["nonce"])) {
    throw new Refusal("badNonce", `JWS has an invalid anti-replay nonce: "${header["nonce"]}"`);
  }
  if (header["url"] !== url) {
    const detail = `JWS header parameter 'url' incorrect. Expected "${url}" got ${JSON.stringify(header["url"])}`;
    throw new Refusal("unauthorized", detail);
  }
  const signer = await findSigner(header, accounts);
  const key = signer.kind === "account" ? signer.account.key : signer.key;
  const payload =
    signatures === "trust"
      ? Buffer.from(String(jws.payload), "base64url")
      : await verifiedPayload(jws, header, key);
  return { signer, payload: parsePayload(payload) };
}

/** A JWS in flattened JSON form with one signature and no unprotected header (RFC 8555 section 6.2). */
export function parseJws(body: string | JsonRecord): {
  readonly jws: FlattenedJWSInput;
  readonly header: JWSHeaderParameters;
} {
  const value = typeof body === "string" ? parseJson(body) : body;
  if (!isRecord(value)) throw new Refusal("malformed", "Parse error reading JWS");
  if ("header" in value)
    throw new Refusal(
      "malformed",
      'JWS "header" field not allowed. All headers must be in "protected" field',
    );
  if ("signatures" in value)
    throw new Refusal(
      "malformed",
      'JWS "signatures" field not allowed. Only the "signature" field should contain a signature',
    );
  const { protected: protectedHeader, payload, signature } = value;
  if (!isBase64url(protectedHeader) || !isBase64url(payload) || !isBase64url(signature)) {
    throw new Refusal("malformed", "Parse error reading JWS: a field is missing or not base64url");
  }
  const header = parseJson(Buffer.from(protectedHeader, "base64url").toString());
  if (!isRecord(header))
    throw new Refusal("malformed", "Parse error reading JWS: the protected header is not JSON");
  const { alg } = header;
  if (typeof alg !== "string" || !JWS_ALGORITHMS.includes(alg)) {
    const detail = `JWS signature header contains unsupported algorithm ${JSON.stringify(alg)}`;
    throw new Refusal("badSignatureAlgorithm", detail, { algorithms: JWS_ALGORITHMS });
  }
  return { jws: { protected: protectedHeader, payload, signature }, header };
}

/** @throws Refusal when `key` did not sign it. */
export async function verifiedPayload(
  jws: FlattenedJWSInput,
  header: JWSHeaderParameters,
  key: AccountKey,
): Promise<Uint8Array> {
  if (header.alg !== key.algorithm) {
    const detail = `JWS signature algorithm "${header.alg}" does not fit the key, which signs with "${key.algorithm}"`;
    throw new Refusal("badSignatureAlgorithm", detail, { algorithms: [key.algorithm] });
  }
  try {
    return (await flattenedVerify(jws, key.key)).payload;
  } catch {
    throw new Refusal("malformed", "JWS verification error");
  }
}

async function findSigner(header: JWSHeaderParameters, accounts: Accounts): Promise<Signer> {
  const { jwk, kid } = header;
  if (isRecord(jwk) === (typeof kid === "string")) {
    throw new Refusal("malformed", "a JWS must have either a jwk or a kid, and not both");
  }
  if (isRecord(jwk)) return { kind: "key", key: await parseAccountKey(readJwk(jwk)) };
  const account = accounts.byUrl(String(kid));
  if (account === null) throw new Refusal("accountDoesNotExist", `Account "${String(kid)}" not found`);
  refuseDeactivated(account);
  return { kind: "account", account };
}

/** The members that are text, as all of a public key are. */
export const readJwk = (value: JsonRecord): JWK =>
  Object.fromEntries(Object.entries(value).filter(([, member]) => typeof member === "string"));

function parsePayload(payload: Uint8Array): JsonRecord | null {
  if (payload.length === 0) return null;
  const bytes = Buffer.from(payload.buffer, payload.byteOffset, payload.byteLength);
  const value = parseJson(bytes.toString());
  if (!isRecord(value)) throw new Refusal("malformed", "Request payload did not parse as a JSON object");
  return value;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

const isBase64url = (value: unknown): value is string => typeof value === "string" && BASE64URL.test(value);

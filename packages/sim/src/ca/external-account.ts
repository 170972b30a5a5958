import { flattenedVerify } from "jose";
import { Refusal } from "../problem.ts";
import { isRecord } from "../record.ts";
import type { AccountKey } from "./account-key.ts";
import { parseAccountKey } from "./account-key.ts";

/** The CA's customers outside of ACME, RFC 8555 section 7.3.4. */
export interface ExternalAccounts {
  readonly required: boolean;
  /** Key id to HMAC key, base64url. */
  readonly keys: Readonly<Record<string, string>>;
  /** Whether a key is good for more than one account. Default false, as at Google. */
  readonly reusable?: boolean;
}

/**
 * Checks that the binding was made with a MAC key we gave out, for this very account key and URL.
 *
 * @returns the key id.
 * @throws Refusal malformed or unauthorized.
 */
export async function verifyBinding(
  binding: unknown,
  expected: {
    readonly url: string;
    readonly accountKey: AccountKey;
    readonly externalAccounts: ExternalAccounts;
  },
): Promise<string> {
  const { url, accountKey, externalAccounts } = expected;
  if (
    !isRecord(binding) ||
    typeof binding["protected"] !== "string" ||
    typeof binding["payload"] !== "string"
  ) {
    throw new Refusal("malformed", "externalAccountBinding is not a JWS");
  }
  const header = parseJson(binding["protected"]);
  if (!isRecord(header) || header["alg"] !== "HS256" || "nonce" in header) {
    throw new Refusal("malformed", "externalAccountBinding must be signed with HS256 and carry no nonce");
  }
  if (header["url"] !== url) {
    throw new Refusal("malformed", "externalAccountBinding has another url than the request it is in");
  }
  const keyId = typeof header["kid"] === "string" ? header["kid"] : "";
  const macKey = Object.hasOwn(externalAccounts.keys, keyId) ? externalAccounts.keys[keyId] : undefined;
  if (macKey === undefined) throw new Refusal("unauthorized", "unknown external account key id");
  const { protected: protectedHeader, payload, signature } = binding;
  try {
    const jws = { protected: protectedHeader, payload, signature: String(signature) };
    await flattenedVerify(jws, Buffer.from(macKey, "base64url"), { algorithms: ["HS256"] });
  } catch {
    throw new Refusal("unauthorized", "externalAccountBinding has a wrong MAC");
  }
  const bound = parseJson(payload);
  if (!isRecord(bound) || (await parseAccountKey({ ...bound })).thumbprint !== accountKey.thumbprint) {
    throw new Refusal("malformed", "externalAccountBinding is for another account key");
  }
  return keyId;
}

function parseJson(base64url: string): unknown {
  try {
    return JSON.parse(Buffer.from(base64url, "base64url").toString());
  } catch {
    return null;
  }
}

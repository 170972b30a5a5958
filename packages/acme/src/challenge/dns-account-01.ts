import { createHash } from "node:crypto";
import { acceptAccountUrl } from "./account-url.ts";
import { keyAuthorizationDigest } from "./key-authorization.ts";
import { validationName } from "./validation-name.ts";

/**
 * draft-ietf-acme-dns-account-label-03: as dns-01, but each account has a name of its own, so that several can
 * prove one domain at the same time, each by a CNAME of its own if need be. The name outlives the account's key.
 */
export const dnsAccount01 = {
  type: "dns-account-01",

  /**
   * The record's name, such as "_ujmmovf2vn55tgye._acme-challenge.example.org".
   *
   * @param domain in A-labels, with or without the "*." of a wildcard.
   * @param accountUrl to the letter as the CA gave it.
   * @throws TypeError for what is no DNS name, or too long a one, and for an account that is no URL.
   */
  name(domain: string, accountUrl: string): string {
    return validationName(`${accountLabel(accountUrl)}._acme-challenge`, domain);
  },

  /**
   * The record's text, 43 characters: the same as for dns-01.
   *
   * @param thumbprint the account key's, RFC 7638.
   * @throws TypeError for a token that is not base64url.
   */
  value(token: string, thumbprint: string): string {
    return keyAuthorizationDigest(token, thumbprint);
  },
} as const;

/** Ten bytes are sixteen digits of base32, without padding. */
function accountLabel(accountUrl: string): string {
  const digest = createHash("sha256").update(acceptAccountUrl(accountUrl)).digest();
  return `_${base32(digest.subarray(0, 10))}`;
}

const BASE32 = "abcdefghijklmnopqrstuvwxyz234567";

/** RFC 4648 section 6, in lower case; for a number of bytes that five divides. */
function base32(bytes: Uint8Array): string {
  let bits = BigInt(`0x${Buffer.from(bytes).toString("hex")}`);
  let text = "";
  for (let digit = 0; digit < (bytes.length * 8) / 5; digit += 1) {
    text = BASE32.charAt(Number(bits & 31n)) + text;
    bits >>= 5n;
  }
  return text;
}

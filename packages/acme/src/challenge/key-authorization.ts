import { createHash } from "node:crypto";

/**
 * Whether a challenge's token has base64url characters only, as RFC 8555 section 8.3 wants it checked: it
 * becomes part of a path.
 */
export function isToken(text: string): boolean {
  return text.length <= LONGEST_TOKEN && /^[\w-]+$/.test(text);
}

/** RFC 8555 sets no limit; CAs use 22 to 43 characters. */
const LONGEST_TOKEN = 256;

/** @throws TypeError for a token that is not base64url. */
export function acceptToken(token: string): string {
  if (!isToken(token)) throw new TypeError("a challenge token must be base64url");
  return token;
}

/**
 * Token and account in one text (RFC 8555 section 8.1).
 *
 * @param thumbprint the account key's, RFC 7638.
 * @throws TypeError for a token that is not base64url.
 */
export function keyAuthorization(token: string, thumbprint: string): string {
  return `${acceptToken(token)}.${thumbprint}`;
}

/**
 * The SHA-256 of the key authorization in base64url: 43 characters, the TXT value of RFC 8555 section 8.4.
 *
 * @throws TypeError for a token that is not base64url.
 */
export function keyAuthorizationDigest(token: string, thumbprint: string): string {
  return createHash("sha256").update(keyAuthorization(token, thumbprint)).digest("base64url");
}

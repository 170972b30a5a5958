/**
 * Whether a challenge's token has base64url characters only, as RFC 8555 section 8.3 wants it checked: it
 * becomes part of a path.
 */
export function isToken(text: string): boolean {
  return text.length <= LONGEST_TOKEN && /^[\w-]+$/.test(text);
}

/** RFC 8555 sets no limit; CAs use 22 to 43 characters. */
const LONGEST_TOKEN = 256;

/**
 * Token and account in one text (RFC 8555 section 8.1).
 *
 * @param thumbprint the account key's, RFC 7638.
 * @throws TypeError for a token that is not base64url.
 */
export function keyAuthorization(token: string, thumbprint: string): string {
  return `${acceptToken(token)}.${thumbprint}`;
}

/** What to serve over plain HTTP on port 80 of the name that is to be validated, RFC 8555 section 8.3. */
export const http01 = {
  /** @throws TypeError for a token that is not base64url. */
  path(token: string): string {
    return `/.well-known/acme-challenge/${acceptToken(token)}`;
  },

  /**
   * The whole body, without a line end (some CAs refuse one), to be sent as `application/octet-stream`.
   *
   * @throws TypeError for a token that is not base64url.
   */
  body(token: string, thumbprint: string): string {
    return keyAuthorization(token, thumbprint);
  },
} as const;

function acceptToken(token: string): string {
  if (!isToken(token)) throw new TypeError("a challenge token must be base64url");
  return token;
}

import { keyAuthorizationDigest } from "./key-authorization.ts";
import { validationName } from "./validation-name.ts";

/**
 * RFC 8555 section 8.4: a TXT record beside the domain. A domain and its wildcard have the same name with two
 * values, one for each authorization: both are to be there at once. CAs follow a CNAME at the name.
 */
export const dns01 = {
  type: "dns-01",

  /**
   * The record's name, such as "_acme-challenge.example.com".
   *
   * @param domain in A-labels, with or without the "*." of a wildcard.
   * @throws TypeError for what is no DNS name, or too long a one.
   */
  name(domain: string): string {
    return validationName("_acme-challenge", domain);
  },

  /**
   * The record's text, 43 characters.
   *
   * @param thumbprint the account key's, RFC 7638.
   * @throws TypeError for a token that is not base64url.
   */
  value(token: string, thumbprint: string): string {
    return keyAuthorizationDigest(token, thumbprint);
  },
} as const;

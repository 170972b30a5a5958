import type { Identifier } from "../wire/identifier.ts";
import { isDnsName } from "../x509/dns-name.ts";
import { canonicalIp } from "../x509/ip-address.ts";
import { acceptToken, keyAuthorization } from "./key-authorization.ts";

/**
 * RFC 8555 section 8.3, and RFC 8738 section 5 for IP addresses: a text served over plain HTTP on port 80 of the
 * name that is to be validated.
 */
export const http01 = {
  type: "http-01",

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

  /**
   * Where the CA will look: an IPv6 address is in brackets, "http://[2001:db8::1]/.well-known/…", and so it is in
   * the request's Host header.
   *
   * @throws TypeError for a token that is not base64url, or an identifier that is no host, such as a wildcard.
   */
  url(identifier: Identifier, token: string): string {
    return `http://${host(identifier)}${http01.path(token)}`;
  },
} as const;

function host({ type, value }: Identifier): string {
  const address = canonicalIp(value);
  if (type === "ip" && address !== null) return address.includes(":") ? `[${address}]` : address;
  if (type === "dns" && isDnsName(value)) return value.toLowerCase();
  throw new TypeError(`an http-01 challenge is for one host, not ${JSON.stringify(value)}`);
}

import type { KeyObject } from "node:crypto";
import type { Identifier } from "../wire/identifier.ts";
import { isDnsName } from "../x509/dns-name.ts";
import { ipBytes } from "../x509/ip-address.ts";
import { type TlsAlpn01Certificate, tlsAlpn01Certificate } from "../x509/tls-alpn-certificate.ts";
import { keyAuthorization } from "./key-authorization.ts";

/** The challenge that a certificate answers. */
export interface TlsAlpn01Challenge {
  /** The authorization's. */
  readonly identifier: Identifier;
  /** base64url, as the challenge has it. */
  readonly token: string;
  /** The account key's, RFC 7638. */
  readonly thumbprint: string;
  /** Of the certificate; a fresh P-256 key without it. */
  readonly key?: KeyObject;
}

/**
 * RFC 8737, and RFC 8738 section 6 for IP addresses: a certificate of our own, shown on port 443 of the name that is
 * to be validated to whoever asks for the protocol. The server must choose that protocol, and does not speak any
 * after the handshake.
 */
export const tlsAlpn01 = {
  type: "tls-alpn-01",

  /** In ALPN (RFC 7301); the CA offers this one alone. */
  protocol: "acme-tls/1",

  /**
   * What the CA writes into SNI: a DNS name itself; of an IP address, which SNI has no room for, the name that
   * reverse look-ups ask for, such as "1.2.0.192.in-addr.arpa".
   *
   * @throws TypeError for an identifier that is no host, such as a wildcard.
   */
  serverName({ type, value }: Identifier): string {
    const address = ipBytes(value);
    if (type === "ip" && address !== null) return reverseName(address);
    if (type === "dns" && isDnsName(value)) return value.toLowerCase();
    throw new TypeError(`a tls-alpn-01 challenge is for one host, not ${JSON.stringify(value)}`);
  },

  /**
   * The certificate to show, and its key.
   *
   * @throws TypeError for a token that is not base64url, an identifier that is no host, or a key that no certificate
   *   can be for.
   */
  certificate({ identifier, token, thumbprint, key }: TlsAlpn01Challenge): TlsAlpn01Certificate {
    return tlsAlpn01Certificate({
      identifier,
      keyAuthorization: keyAuthorization(token, thumbprint),
      ...(key === undefined ? {} : { key }),
    });
  },
} as const;

/** RFC 1035 section 3.5 by bytes; RFC 3596 section 2.5 by hexadecimal digits. */
function reverseName(address: Uint8Array): string {
  if (address.length === 4) return `${address.toReversed().join(".")}.in-addr.arpa`;
  const digits = Buffer.from(address).toString("hex").split("");
  return `${digits.reverse().join(".")}.ip6.arpa`;
}

import type { Socket } from "node:net";
import { createSecureContext, TLSSocket } from "node:tls";
import { tlsAlpn01 } from "@certmill/acme";
import type { EdgeProof } from "@certmill/api";
import type { ClientHello } from "./client-hello.ts";

/** RFC 8737 section 6.2. */
const protocol = "acme-tls/1";

/** Only a CA that validates offers this, and it offers nothing else (RFC 8737 section 3). */
export const wantsProof = ({ protocols, serverName }: ClientHello): boolean =>
  serverName !== null && protocols.length === 1 && protocols[0] === protocol;

/**
 * Shows a CA the certificate that proves control of a name, made for this handshake, and hangs up.
 *
 * @throws TypeError for a proof that no certificate can be made of.
 */
export function showProof(connection: Socket, { identifier, keyAuthorization }: EdgeProof): void {
  const [token = "", thumbprint = ""] = keyAuthorization.split(".");
  const { certificatePem, privateKeyPem } = tlsAlpn01.certificate({ identifier, token, thumbprint });
  const socket = new TLSSocket(connection, {
    isServer: true,
    secureContext: createSecureContext({ cert: certificatePem, key: privateKeyPem }),
    ALPNProtocols: [protocol],
  });
  socket.on("secure", () => socket.end());
  socket.on("error", () => connection.destroy());
  socket.resume();
}

import type { Socket } from "node:net";
import { createSecureContext, TLSSocket } from "node:tls";
import { tlsAlpn01 } from "@certmill/acme";
import type { EdgeProof } from "@certmill/api/edge";
import { proofProtocol } from "./wants-proof.ts";

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
    ALPNProtocols: [proofProtocol],
  });
  socket.on("secure", () => socket.end());
  socket.on("error", () => connection.destroy());
  socket.resume();
}

import type { Socket } from "node:net";
import { createSecureContext, type SecureContext, TLSSocket } from "node:tls";

export interface TerminateTlsOptions {
  /** The certificate for a name, in lower case, and a client that verifies ECDSA or only RSA; null: none. */
  readonly contextFor: (
    name: string,
    client: { readonly verifiesEcdsa: boolean },
  ) => Promise<SecureContext | null>;
}

/** For the time until the name is known; it can serve nobody. */
const nameless = createSecureContext({});

/** A fatal `unrecognized_name` alert in a record of its own (RFC 8446 section 6.2, RFC 6066 section 3). */
const unrecognizedName = Buffer.from([0x15, 0x03, 0x03, 0x00, 0x02, 0x02, 0x70]);

/** Tells a client that gives a name nobody knows so, and hangs up. Nothing else may have been sent. */
export const refuseName = (connection: Socket): void =>
  void connection.end(unrecognizedName, () => connection.destroy());

/**
 * Makes a TLS server of a connection that was just accepted. A client that names nobody known is refused
 * with `unrecognized_name`: node:tls cannot send that alert, so it is written below it, which is in order
 * as long as nothing else was sent. A client that gives no name is refused with `handshake_failure`.
 */
export function terminateTls(connection: Socket, { contextFor }: TerminateTlsOptions): TLSSocket {
  const refuse = () => refuseName(connection);
  const socket = new TLSSocket(connection, {
    isServer: true,
    secureContext: nameless,
    ALPNProtocols: ["http/1.1"],
    SNICallback(name, answer) {
      // node:tls takes one certificate of a context that SNI chooses, and so one has to be chosen here.
      const verifiesEcdsa = socket.getSharedSigalgs().some((algorithm) => algorithm.startsWith("ECDSA+"));
      contextFor(name.toLowerCase(), { verifiesEcdsa }).then((context) => {
        if (context === null) refuse();
        else answer(null, context);
      }, refuse);
    },
  });
  // A client that goes away in the handshake is its own affair.
  connection.on("error", () => socket.destroy());
  socket.on("error", () => connection.destroy());
  return socket;
}

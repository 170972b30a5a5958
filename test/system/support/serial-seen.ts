import { X509Certificate } from "node:crypto";
import { plainSerial } from "../../../packages/edge/src/proof/handshake.ts";
import { peers, programOf } from "../../../tools/peers/peer.ts";
import { runProgram } from "./certmill.ts";

export interface SeenAt {
  /** Of 127.0.0.1. */
  readonly port: number;
  /** Present where TLS begins after some words of this protocol. */
  readonly startTls?: "smtp";
}

const algorithms = { ecdsa: "ECDSA+SHA256", rsa: "RSA-PSS+SHA256:RSA+SHA256" } as const;

/**
 * The serial of the certificate that a client of OpenSSL is shown for a name, lower-case hex; null: none.
 *
 * @param verifies the one kind of certificates that the client can verify; absent: it can all.
 */
export async function serialSeen(
  { port, startTls }: SeenAt,
  name: string,
  verifies?: keyof typeof algorithms,
): Promise<string | null> {
  const args = ["s_client", "-connect", `127.0.0.1:${port}`, "-servername", name];
  if (startTls !== undefined) args.push("-starttls", startTls);
  if (verifies !== undefined) args.push("-sigalgs", algorithms[verifies]);
  // Its input is at its end: it has nothing to say after the handshake, and closes the connection.
  const { stdout } = await runProgram(programOf(peers.openssl), args, { within: 10_000 });
  const [pem] = /^-----BEGIN CERTIFICATE-----$[^]*?^-----END CERTIFICATE-----$/m.exec(stdout) ?? [];
  return pem === undefined ? null : plainSerial(new X509Certificate(pem).serialNumber);
}

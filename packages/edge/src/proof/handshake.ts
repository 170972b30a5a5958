import { isIP } from "node:net";
import { connect } from "node:tls";

/** Where the proxy beside this agent terminates TLS. */
export interface TlsAddress {
  readonly host: string;
  readonly port: number;
}

export type Handshake =
  /** Lower-case hex without leading zeros. */
  | { readonly kind: "served"; readonly serial: string }
  /** `reason` is a clause. */
  | { readonly kind: "failed"; readonly reason: string };

/** Milliseconds for connection and handshake. */
const deadline = 5_000;

/** What a client can verify: all that Node can, or one kind of a pair's certificates. */
export type Verifies = "all" | "ecdsa" | "rsa";

/** As OpenSSL names signature algorithms (RFC 8446 section 4.2.3). */
const algorithms: Readonly<Record<Exclude<Verifies, "all">, string>> = {
  ecdsa: "ECDSA+SHA256:ECDSA+SHA384:ECDSA+SHA512",
  rsa: "RSA-PSS+SHA256:RSA-PSS+SHA384:RSA-PSS+SHA512:RSA+SHA256:RSA+SHA384:RSA+SHA512",
};

/** Which certificate is served for a name, by a TLS handshake as any such client makes it; never throws. */
export async function shakeHands(
  { verifies = "all", ...at }: TlsAddress & { readonly verifies?: Verifies },
  name: string,
  signal: AbortSignal,
): Promise<Handshake> {
  const { promise, resolve } = Promise.withResolvers<Handshake>();
  const failed = (reason: string) => () => resolve({ kind: "failed", reason });
  const socket = connect({
    ...at,
    // RFC 6066 section 3: an address is no server name.
    ...(isIP(name) === 0 ? { servername: name } : {}),
    ...(verifies === "all" ? {} : { sigalgs: algorithms[verifies] }),
    // Whose certificate it is, is compared by its serial; who signed it is the CA's affair.
    rejectUnauthorized: false,
  });
  const timer = setTimeout(failed(`no handshake within ${deadline / 1_000} s`), deadline);
  const onAbort = failed("the agent was stopped meanwhile");
  signal.addEventListener("abort", onAbort, { once: true });
  socket.once("error", (error) => failed(error.message)());
  socket.once("close", failed("the connection was closed in the handshake"));
  socket.once("secureConnect", () => {
    const serial = socket.getPeerX509Certificate()?.serialNumber;
    if (serial === undefined) failed("no certificate was sent")();
    else resolve({ kind: "served", serial: plainSerial(serial) });
  });
  if (signal.aborted) onAbort();
  try {
    return await promise;
  } finally {
    clearTimeout(timer);
    signal.removeEventListener("abort", onAbort);
    socket.destroy();
  }
}

/** Serials are compared as numbers: lower-case hex without leading zeros. */
export const plainSerial = (hex: string): string => hex.toLowerCase().replace(/^0+(?=.)/, "");

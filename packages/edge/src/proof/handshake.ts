import { connect, isIP, type Socket } from "node:net";
import { connect as beginTls, type ConnectionOptions, type TLSSocket } from "node:tls";
import { askForTls, type StartTls } from "./start-tls.ts";

/** Where the proxy beside this agent terminates TLS. */
export interface TlsAddress {
  readonly host: string;
  readonly port: number;
  /** Present where TLS begins when it is asked for in the words of this protocol. */
  readonly startTls?: StartTls;
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
  { verifies = "all", startTls, ...at }: TlsAddress & { readonly verifies?: Verifies },
  name: string,
  signal: AbortSignal,
): Promise<Handshake> {
  const { promise, resolve } = Promise.withResolvers<Handshake>();
  const failed = (reason: string) => () => resolve({ kind: "failed", reason });
  const settings: ConnectionOptions = {
    // RFC 6066 section 3: an address is no server name.
    ...(isIP(name) === 0 ? { servername: name } : {}),
    ...(verifies === "all" ? {} : { sigalgs: algorithms[verifies] }),
    // Whose certificate it is, is compared by its serial; who signed it is the CA's affair.
    rejectUnauthorized: false,
  };
  const opened: Socket[] = [];
  const watch = <T extends Socket>(socket: T): T => {
    opened.push(socket);
    socket.once("error", (error) => failed(error.message)());
    socket.once("close", failed("the connection was closed in the handshake"));
    return socket;
  };
  const begin = async (): Promise<TLSSocket> => {
    if (startTls === undefined) return watch(beginTls({ ...at, ...settings }));
    const socket = watch(connect(at));
    await askForTls(socket, startTls);
    return watch(beginTls({ socket, ...settings }));
  };
  const timer = setTimeout(failed(`no handshake within ${deadline / 1_000} s`), deadline);
  const onAbort = failed("the agent was stopped meanwhile");
  signal.addEventListener("abort", onAbort, { once: true });
  if (signal.aborted) onAbort();
  begin().then(
    (socket) =>
      socket.once("secureConnect", () => {
        const serial = socket.getPeerX509Certificate()?.serialNumber;
        if (serial === undefined) failed("no certificate was sent")();
        else resolve({ kind: "served", serial: plainSerial(serial) });
      }),
    (error: Error) => failed(error.message)(),
  );
  try {
    return await promise;
  } finally {
    clearTimeout(timer);
    signal.removeEventListener("abort", onAbort);
    // TLS first: Node itself can crash when the connection goes from under it.
    for (const socket of opened.toReversed()) socket.destroy();
  }
}

/** Serials are compared as numbers: lower-case hex without leading zeros. */
export const plainSerial = (hex: string): string => hex.toLowerCase().replace(/^0+(?=.)/, "");

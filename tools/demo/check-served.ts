/** Opens a real TLS connection for a name, as a browser would, and says what it got. */
import { once } from "node:events";
import { connect } from "node:tls";

export type Served =
  | { readonly ok: true; readonly name: string; readonly issuer: string; readonly notAfter: Date }
  | { readonly ok: false; readonly name: string; readonly reason: string };

export interface Edge {
  readonly port: number;
  /** The only root that is trusted. */
  readonly rootPem: string;
}

const patience = 10_000;

/** Chain, name and validity are checked by Node's TLS; whatever is wrong is the reason. */
export async function checkServed(name: string, { port, rootPem }: Edge): Promise<Served> {
  const socket = connect({ host: "127.0.0.1", port, servername: name, ca: rootPem });
  try {
    await once(socket, "secureConnect", { signal: AbortSignal.timeout(patience) });
    const { issuer, valid_to: validTo } = socket.getPeerCertificate();
    return { ok: true, name, issuer: [issuer.CN ?? ""].flat().join(" "), notAfter: new Date(validTo) };
  } catch (error) {
    return { ok: false, name, reason: error instanceof Error ? error.message : String(error) };
  } finally {
    socket.destroy();
  }
}

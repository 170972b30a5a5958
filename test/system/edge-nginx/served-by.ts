/** What an nginx serves whose answers are its workers' process ids (`return 200 "$pid"`). */
import { connect } from "node:tls";

interface Served {
  readonly serial: string;
  /** The common name; the certificates here have none. */
  readonly subject: string | undefined;
  /** Certificates sent. */
  readonly chain: number;
  readonly worker: string;
}

/** By one full handshake. @param name null: without SNI. */
export function servedBy(port: number, name: string | null): Promise<Served> {
  return new Promise((resolve, reject) => {
    const socket = connect({
      host: "127.0.0.1",
      port,
      rejectUnauthorized: false,
      timeout: 10_000,
      ...(name === null ? {} : { servername: name }),
    });
    let body = "";
    const { promise: secured, resolve: secure } = Promise.withResolvers<Omit<Served, "worker">>();
    socket.once("secureConnect", () => {
      const leaf = socket.getPeerCertificate(true);
      const chain = leaf.issuerCertificate === undefined || leaf.issuerCertificate === leaf ? 1 : 2;
      const serial = leaf.serialNumber.toLowerCase().replace(/^0+/, "");
      const { CN: subject } = leaf.subject ?? {};
      secure({ serial, subject: Array.isArray(subject) ? subject[0] : subject, chain });
      socket.write("GET / HTTP/1.0\r\n\r\n");
    });
    socket.setEncoding("utf8").on("data", (piece: string) => {
      body += piece;
    });
    socket.once("timeout", () => socket.destroy(new Error("nginx did not answer.")));
    socket.once("error", reject);
    socket.once("end", () => {
      void secured.then((seen) => resolve({ ...seen, worker: body.split("\r\n\r\n")[1] ?? "" }));
    });
  });
}

/** Handshakes until both workers have served one, and at least 12. */
export async function servedByAll(port: number, name: string): Promise<readonly Served[]> {
  const all: Served[] = [];
  while (all.length < 12 || new Set(all.map(({ worker }) => worker)).size < 2) {
    if (all.length > 400) throw new Error("One worker alone took 400 connections.");
    all.push(await servedBy(port, name));
  }
  return all;
}

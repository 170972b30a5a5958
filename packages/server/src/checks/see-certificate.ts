/** The certificate that is served at one address for one name: a handshake, and nothing else is said. */
import { X509Certificate } from "node:crypto";
import { isIP } from "node:net";
import { connect, type TLSSocket } from "node:tls";
import { type Duration, instant, seconds, serialNumber, type TlsSeen } from "@certmill/domain";
import { connectionReason } from "./connection-reason.ts";
import { plainText } from "./plain-text.ts";

/** What the client can verify: all that Node can, or one kind of a pair's certificates. */
export type Verifies = "all" | "ecdsa" | "rsa";

/** As OpenSSL names signature algorithms (RFC 8446 section 4.2.3). */
const algorithms: Readonly<Record<Exclude<Verifies, "all">, string>> = {
  ecdsa: "ECDSA+SHA256:ECDSA+SHA384:ECDSA+SHA512",
  rsa: "RSA-PSS+SHA256:RSA-PSS+SHA384:RSA-PSS+SHA512:RSA+SHA256:RSA+SHA384:RSA+SHA512",
};

export interface CertificateRequest {
  readonly address: string;
  readonly port: number;
  /** For SNI; an IP address has none. */
  readonly name: string;
  readonly verifies: Verifies;
  readonly signal: AbortSignal;
}

const longest: Duration = seconds(10);

export function seeCertificate({
  address,
  port,
  name,
  verifies,
  signal,
}: CertificateRequest): Promise<TlsSeen> {
  return new Promise((resolve) => {
    let isConnected = false;
    // What is served is looked at, whoever vouches for it.
    const socket = connect({
      host: address,
      port,
      rejectUnauthorized: false,
      ...(isIP(name) === 0 ? { servername: name } : {}),
      ...(verifies === "all" ? {} : { sigalgs: algorithms[verifies] }),
    });
    const end = (seen: TlsSeen): void => {
      clearTimeout(timer);
      signal.removeEventListener("abort", giveUp);
      socket.destroy();
      resolve(seen);
    };
    const fail = (detail: string): void => end({ kind: isConnected ? "failed" : "unreachable", detail });
    const giveUp = (): void => fail("it takes too long");
    const timer = setTimeout(giveUp, longest);
    signal.addEventListener("abort", giveUp, { once: true });
    socket.once("connect", () => {
      isConnected = true;
    });
    socket.once("secureConnect", () => end(servedBy(socket)));
    socket.on("error", (error: NodeJS.ErrnoException) => fail(connectionReason(error)));
    socket.once("close", () => fail("the connection was closed"));
    if (signal.aborted) giveUp();
  });
}

function servedBy(socket: TLSSocket): TlsSeen {
  const der = socket.getPeerX509Certificate()?.raw;
  if (der === undefined) return { kind: "failed", detail: "no certificate" };
  const certificate = new X509Certificate(der);
  return {
    kind: "served",
    serial: serialNumber(certificate.serialNumber) ?? "",
    names: (certificate.subjectAltName ?? "")
      .split(", ")
      .map((entry) => plainText(entry.replace(/^(?:DNS|IP Address):/, "")))
      .filter((entry) => entry !== ""),
    notAfter: instant(certificate.validToDate.getTime()),
  };
}

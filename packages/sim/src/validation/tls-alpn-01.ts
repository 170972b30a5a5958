import { createHash, type X509Certificate } from "node:crypto";
import { addAbortSignal } from "node:stream";
import { connect, type TLSSocket } from "node:tls";
import type { WrongName } from "../dns/name-table.ts";
import { type ProblemDocument, problemDocument } from "../problem.ts";
import { addressBytes } from "../x509/address-bytes.ts";
import { readExtensions } from "../x509/certificate-extensions.ts";
import { octetString } from "../x509/der.ts";
import { DerError, DerReader } from "../x509/der-reader.ts";
import type { Identifier } from "../x509/identifier.ts";
import { OID } from "../x509/object-identifiers.ts";
import { failureText, nameProblem, type Stage, type View } from "./view.ts";

const PROTOCOL = "acme-tls/1";

/**
 * Validates tls-alpn-01 from one place in the network: RFC 8737 section 3, and RFC 8738 section 6 for IP addresses.
 *
 * @returns `null` when the host shows the right certificate, else why not.
 */
export async function validateTlsAlpn01(
  { identifier, keyAuthorization }: { readonly identifier: Identifier; readonly keyAuthorization: string },
  { names, from, signal }: View,
): Promise<ProblemDocument | null> {
  const answer = names(identifier.value);
  if (answer.kind === "wrong") return wrongForTlsAlpn01(answer.as, identifier.value);
  let problem = problemDocument("connection", `${identifier.value}: No address`);
  for (const address of answer.addresses) {
    const shown = await handshake({
      address,
      port: answer.httpsPort,
      serverName: serverName(identifier),
      from,
      signal,
    });
    if (shown.kind === "certificate") {
      const fault = certificateFault(shown.certificate, identifier, keyAuthorization);
      return fault === null ? null : incorrectCertificate(address, identifier.value, fault);
    }
    problem = shown.problem;
    // Only an address that could not be reached lets the next one be tried.
    if (shown.stage === "answer") break;
  }
  return problem;
}

type Shown =
  | { readonly kind: "certificate"; readonly certificate: X509Certificate }
  | { readonly kind: "nothing"; readonly stage: Stage; readonly problem: ProblemDocument };

/** Certificates are not verified: this one proves itself by what it says. */
async function handshake(request: {
  readonly address: string;
  readonly port: number;
  readonly serverName: string;
  readonly from: string | null;
  readonly signal: AbortSignal;
}): Promise<Shown> {
  const { address, port, serverName: servername, from, signal } = request;
  let stage: Stage = "connect";
  const nothing = (problem: ProblemDocument): Shown => ({ kind: "nothing", stage, problem });
  const socket: TLSSocket = connect({
    host: address,
    port,
    servername,
    ALPNProtocols: [PROTOCOL],
    rejectUnauthorized: false,
    ...(from !== null && address.startsWith("127.") && { localAddress: from }),
  });
  addAbortSignal(signal, socket);
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  socket.once("connect", () => {
    stage = "answer";
  });
  socket.once("secureConnect", resolve);
  socket.on("error", reject);
  let certificate: X509Certificate | undefined;
  try {
    await promise;
    if (socket.alpnProtocol !== PROTOCOL) return nothing(noProtocol(address));
    certificate = socket.getPeerX509Certificate();
    if (certificate === undefined)
      return nothing(problemDocument("unauthorized", `${address}: No certs presented`));
    return { kind: "certificate", certificate };
  } catch (error) {
    return nothing(handshakeProblem(error, address, failureText(error, stage, signal)));
  } finally {
    // The host sees a whole handshake and a proper end; the signal cuts the connection when it does not end its side.
    if (certificate === undefined) socket.destroy();
    else socket.end().resume();
  }
}

function handshakeProblem(error: unknown, address: string, text: string): ProblemDocument {
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  if (code === "ERR_SSL_TLSV1_ALERT_NO_APPLICATION_PROTOCOL") return noProtocol(address);
  if (code === "EPROTO" || code.startsWith("ERR_SSL"))
    return problemDocument("tls", `${address}: Error in the TLS handshake: ${code}`);
  return problemDocument("connection", `${address}: ${text}`);
}

const noProtocol = (address: string): ProblemDocument =>
  problemDocument(
    "unauthorized",
    `${address}: Cannot negotiate ALPN protocol "${PROTOCOL}" for tls-alpn-01 challenge`,
  );

const incorrectCertificate = (address: string, name: string, fault: string): ProblemDocument =>
  problemDocument(
    "unauthorized",
    `${address}: Incorrect validation certificate for tls-alpn-01 challenge. Requested ${name} from ${address}. ${fault}`,
  );

/** What is wrong with a certificate that is to prove the key authorization, or `null`. */
function certificateFault(
  certificate: X509Certificate,
  identifier: Identifier,
  keyAuthorization: string,
): string | null {
  if (!certificate.checkIssued(certificate) || !certificate.verify(certificate.publicKey))
    return "Received certificate which is not self-signed.";
  try {
    const extensions = readExtensions(certificate.raw);
    const names = extensions.find(({ oid }) => oid === OID.subjectAlternativeName);
    if (names === undefined || !namesOnly(names.value, identifier))
      return `Received certificate with other names than the one identifier ${identifier.value}.`;
    const proof = extensions.find(({ oid }) => oid === OID.acmeIdentifier);
    if (proof === undefined) return "Received certificate with no acmeValidationV1 extension.";
    if (!proof.critical) return "Received certificate with acmeValidationV1 extension that is not Critical.";
    const expected = octetString(createHash("sha256").update(keyAuthorization).digest());
    if (proof.value.equals(expected)) return null;
    return `Received certificate with acmeValidationV1 extension value ${proof.value.toString("hex")} but expected ${expected.toString("hex")}.`;
  } catch (error) {
    if (error instanceof DerError) return `Received certificate which cannot be read: ${error.message}.`;
    throw error;
  }
}

/** Whether a subjectAltName has this one name and no other. @throws DerError */
function namesOnly(value: Buffer, { type, value: name }: Identifier): boolean {
  const outer = new DerReader(value);
  const list = new DerReader(outer.read(0x30).content);
  outer.end();
  if (list.done) return false;
  const { tag, content } = list.readAny();
  if (!list.done) return false;
  return type === "dns"
    ? tag === 0x82 && content.toString("latin1").toLowerCase() === name
    : tag === 0x87 && content.equals(addressBytes(name));
}

/** What SNI says. It has no addresses, so theirs is the name of the reverse look-up (RFC 8738 section 6). */
function serverName({ type, value }: Identifier): string {
  if (type === "dns") return value;
  const bytes = addressBytes(value);
  if (bytes.length === 4) return `${[...bytes].reverse().join(".")}.in-addr.arpa`;
  return `${bytes.toString("hex").split("").reverse().join(".")}.ip6.arpa`;
}

/** What is said of a name that is wrong. */
export function wrongForTlsAlpn01(as: WrongName, name: string): ProblemDocument {
  switch (as) {
    case "dns":
      return nameProblem(name, "A", "AAAA");
    case "connection":
      return problemDocument("connection", "192.0.2.1: Timeout during connect (likely firewall problem)");
    case "unauthorized":
      return incorrectCertificate(
        "192.0.2.1",
        name,
        "Received certificate with no acmeValidationV1 extension.",
      );
  }
}

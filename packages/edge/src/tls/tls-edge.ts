import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { createServer as createTcpServer, type Socket } from "node:net";
import { createSecureContext } from "node:tls";
import type { Agent } from "../agent.ts";
import { CertificateCache } from "../install/certificate-cache.ts";
import type { KeyPair } from "../install/check-key-pair.ts";
import { closeServer, listenOn } from "../listen/listen-on.ts";
import { forwardChallenge, isChallenge } from "./forward-challenge.ts";
import type { ProofFor } from "./proofs.ts";
import { readClientHello } from "./read-client-hello.ts";
import { refuseName, terminateTls } from "./terminate-tls.ts";
import { wantsProof } from "./wants-proof.ts";

export interface TlsEdgeOptions {
  readonly agent: Pick<Agent, "demand">;
  /** The address to listen on; null: all. */
  readonly host: string | null;
  /** 0: any free one. */
  readonly tlsPort: number;
  /** The plain HTTP port, for challenges and redirections; null: none. */
  readonly httpPort: number | null;
  /** Where challenges are answered; null: nowhere. */
  readonly responder: URL | null;
  /** What CAs are shown that validate by tls-alpn-01; null: they are shown nothing. */
  readonly proofFor: ProofFor | null;
  /** Certificates kept parsed: parsing costs half a millisecond, a context takes 44 kB. */
  readonly cacheSize: number;
}

export interface TlsEdge extends AsyncDisposable {
  readonly tlsPort: number;
  readonly httpPort: number | null;
}

/** Milliseconds without a byte, in the handshake too, after which a connection is closed. */
const idleTimeout = 30_000;

/**
 * A small TLS-terminating edge over what an agent has installed: for demonstrations and tests. A renewed
 * certificate is served from the next handshake on.
 *
 * @throws {EdgeFault} `port-unusable`.
 */
export async function openTlsEdge(options: TlsEdgeOptions): Promise<TlsEdge> {
  const { agent, host, responder, proofFor } = options;
  const parse = ({ chainPem, keyPem }: KeyPair) => createSecureContext({ cert: chainPem, key: keyPem });
  const cache = new CertificateCache(options.cacheSize, parse);
  const contextFor = async (name: string, { verifiesEcdsa }: { readonly verifiesEcdsa: boolean }) => {
    const certificate = await agent.demand(name);
    if (certificate === null) return null;
    const { twin } = certificate;
    return await cache.get(verifiesEcdsa || twin === null ? certificate : twin);
  };

  // Not listening itself: connections come from the TCP server once TLS is put on them.
  const pages = createServer(answerPage);
  pages.timeout = idleTimeout;
  const connections = new Set<Socket>();
  const tls = createTcpServer((connection) => {
    connections.add(connection);
    connection.once("close", () => connections.delete(connection));
    const serve = () => pages.emit("connection", terminateTls(connection, { contextFor }));
    if (proofFor === null) serve();
    else void prove(connection, proofFor, serve);
  });
  const plain = createServer((request, answer) => answerPlain(request, answer, responder));

  await using cleanup = new AsyncDisposableStack();
  const tlsPort = await listenOn(tls, options.tlsPort, host);
  cleanup.defer(() => closeServer(tls));
  cleanup.defer(() => connections.forEach((connection) => connection.destroy()));
  const httpPort = options.httpPort === null ? null : await listenOn(plain, options.httpPort, host);
  if (httpPort !== null) {
    cleanup.defer(() => closeServer(plain));
    cleanup.defer(() => plain.closeAllConnections());
  }
  const opened = cleanup.move();
  return { tlsPort, httpPort, [Symbol.asyncDispose]: () => opened.disposeAsync() };
}

/** Shows a CA that validates what it came for; whoever else comes is served. */
async function prove(connection: Socket, proofFor: ProofFor, serve: () => void): Promise<void> {
  const destroy = () => connection.destroy();
  connection.on("error", destroy);
  connection.setTimeout(idleTimeout, destroy);
  const hello = await readClientHello(connection);
  if (hello?.serverName == null || !wantsProof(hello)) {
    connection.setTimeout(0).off("timeout", destroy);
    return serve();
  }
  try {
    const proof = await proofFor(hello.serverName);
    if (proof === null) return refuseName(connection);
    // What makes such certificates takes 15 MB, which an edge that no CA comes to does without.
    const { showProof } = await import("./show-proof.ts");
    showProof(connection, proof);
  } catch {
    // The server is away, or what it said is nothing to show: the CA asks again, or says so to its client.
    refuseName(connection);
  }
}

function answerPage({ headers }: IncomingMessage, answer: ServerResponse): void {
  const name = headers.host ?? "This name";
  answer
    .writeHead(200, { "content-type": "text/plain; charset=utf-8" })
    .end(`${name} is served over HTTPS.\n`);
}

function answerPlain(request: IncomingMessage, answer: ServerResponse, responder: URL | null): void {
  if (responder !== null && isChallenge(request.url)) {
    forwardChallenge(request, answer, responder);
    return;
  }
  const host = /^[\w.-]+/.exec(request.headers.host ?? "")?.[0];
  if (host === undefined || isChallenge(request.url) || request.url?.startsWith("/") !== true) {
    answer.writeHead(404).end();
    return;
  }
  answer.writeHead(308, { location: `https://${host}${request.url}` }).end();
}

import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { type AddressInfo, createServer as createTcpServer, type Server, type Socket } from "node:net";
import type { Agent } from "../agent.ts";
import { EdgeFault } from "../edge-fault.ts";
import { ContextCache } from "./context-cache.ts";
import { forwardChallenge, isChallenge } from "./forward-challenge.ts";
import { terminateTls } from "./terminate-tls.ts";

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
  /** Certificates kept parsed. */
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
  const { agent, host, responder } = options;
  const cache = new ContextCache(options.cacheSize);
  const contextFor = async (name: string) => {
    const certificate = await agent.demand(name);
    return certificate === null ? null : await cache.contextOf(certificate);
  };

  // Not listening itself: connections come from the TCP server once TLS is put on them.
  const pages = createServer(answerPage);
  pages.timeout = idleTimeout;
  const connections = new Set<Socket>();
  const tls = createTcpServer((connection) => {
    connections.add(connection);
    connection.once("close", () => connections.delete(connection));
    pages.emit("connection", terminateTls(connection, { contextFor }));
  });
  const plain = createServer((request, answer) => answerPlain(request, answer, responder));

  await using cleanup = new AsyncDisposableStack();
  const tlsPort = await listen(tls, options.tlsPort, host);
  cleanup.defer(() => close(tls));
  cleanup.defer(() => connections.forEach((connection) => connection.destroy()));
  const httpPort = options.httpPort === null ? null : await listen(plain, options.httpPort, host);
  if (httpPort !== null) {
    cleanup.defer(() => close(plain));
    cleanup.defer(() => plain.closeAllConnections());
  }
  const opened = cleanup.move();
  return { tlsPort, httpPort, [Symbol.asyncDispose]: () => opened.disposeAsync() };
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

/** @returns the port. */
async function listen(server: Server, port: number, host: string | null): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const refused = (error: NodeJS.ErrnoException) => reject(portFault(port, error));
  server.once("error", refused);
  server.listen({ port, ...(host === null ? {} : { host }) }, resolve);
  await promise;
  server.off("error", refused);
  return (server.address() as AddressInfo).port;
}

function portFault(port: number, error: NodeJS.ErrnoException): EdgeFault {
  const reasons: Readonly<Record<string, string>> = {
    EADDRINUSE: "something else listens on it; stop that, or choose another port",
    EACCES: "this process may not; ports below 1024 need a privilege (CAP_NET_BIND_SERVICE)",
  };
  const reason = reasons[error.code ?? ""] ?? error.message;
  return new EdgeFault("port-unusable", `Port ${port} cannot be listened on: ${reason}.`, { cause: error });
}

async function close(server: Server): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  server.close(() => resolve());
  await promise;
}

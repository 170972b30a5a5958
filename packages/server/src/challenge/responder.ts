/**
 * Answers `/.well-known/acme-challenge/{token}` (RFC 8555 section 8.3) and nothing else. It stands behind one
 * static rule of every reverse proxy, so it speaks plain HTTP.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { isToken } from "@certmill/acme";

export interface ResponderHit {
  readonly token: string;
  readonly result: "answered" | "unknown" | "failed";
  /** The connection's other end: the CA, or the proxy before us. */
  readonly remoteAddress: string;
  /** X-Forwarded-For as the proxy sent it; null without one. Not trusted, only shown. */
  readonly forwardedFor: string | null;
  /** The Host header: the name the CA validates. */
  readonly host: string | null;
}

export interface ResponderOptions {
  /** The key authorization, or null for an unknown token. */
  readonly find: (token: string) => Promise<string | null>;
  readonly onHit: (hit: ResponderHit) => void;
}

const prefix = "/.well-known/acme-challenge/";

export function createResponder(options: ResponderOptions): Server {
  const server = createServer({ maxHeaderSize: 8_192, requestTimeout: 10_000, headersTimeout: 10_000 });
  // Longer than proxies keep idle connections, so that it is the proxy that closes them.
  server.keepAliveTimeout = 75_000;
  server.on("request", (request, response) => {
    answer(request, response, options).catch(() => response.destroy());
  });
  return server;
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  { find, onHit }: ResponderOptions,
): Promise<void> {
  const token = tokenOf(request.url ?? "");
  if (token === null) return reply(response, 404, "Not found");
  if (request.method !== "GET" && request.method !== "HEAD")
    return reply(response, 405, "Only GET", { allow: "GET, HEAD" });
  const hit = describe(request, token);
  let keyAuthorization: string | null;
  try {
    keyAuthorization = await find(token);
  } catch {
    onHit({ ...hit, result: "failed" });
    return reply(response, 503, "Try again", { "retry-after": "1" });
  }
  onHit({ ...hit, result: keyAuthorization === null ? "unknown" : "answered" });
  if (keyAuthorization === null) return reply(response, 404, "Not found");
  response.writeHead(200, {
    "content-type": "application/octet-stream",
    "content-length": keyAuthorization.length,
    "cache-control": "no-store",
    "x-content-type-options": "nosniff",
  });
  response.end(request.method === "HEAD" ? undefined : keyAuthorization);
}

function tokenOf(url: string): string | null {
  if (!url.startsWith(prefix)) return null;
  const query = url.indexOf("?");
  const token = url.slice(prefix.length, query === -1 ? undefined : query);
  return isToken(token) ? token : null;
}

function describe(request: IncomingMessage, token: string): Omit<ResponderHit, "result"> {
  const forwarded = request.headers["x-forwarded-for"];
  return {
    token,
    remoteAddress: request.socket.remoteAddress ?? "",
    forwardedFor: typeof forwarded === "string" ? forwarded.slice(0, 200) : null,
    host: request.headers.host ?? null,
  };
}

function reply(
  response: ServerResponse,
  status: number,
  text: string,
  headers: Record<string, string> = {},
): void {
  response.writeHead(status, { "content-type": "text/plain", "content-length": text.length, ...headers });
  response.end(text);
}

import { type IncomingMessage, request, type ServerResponse } from "node:http";

/** Milliseconds for the responder's whole answer; a CA waits about ten seconds for ours. */
const timeout = 8_000;

/** Whether a request belongs to the responder, by the one static rule (RFC 8555 section 8.3). */
export const isChallenge = (path: string | undefined): boolean =>
  path?.startsWith("/.well-known/acme-challenge/") ?? false;

/** Passes a request on to the responder and its answer back; 502 when there is none. */
export function forwardChallenge(incoming: IncomingMessage, answer: ServerResponse, responder: URL): void {
  const { method, headers, url, socket } = incoming;
  const outgoing = request(responder, {
    method,
    // As it came: a path made canonical could lead elsewhere on the responder's port.
    path: url,
    headers: {
      host: headers.host ?? "",
      "user-agent": headers["user-agent"] ?? "",
      "x-forwarded-for": socket.remoteAddress ?? "",
    },
    signal: AbortSignal.timeout(timeout),
  });
  outgoing.on("response", (response) => {
    answer.writeHead(response.statusCode ?? 502, {
      "content-type": response.headers["content-type"] ?? "application/octet-stream",
    });
    response.on("error", () => answer.destroy());
    response.pipe(answer);
  });
  outgoing.on("error", () => {
    if (answer.headersSent) answer.destroy();
    else answer.writeHead(502, { "content-type": "text/plain" }).end("The responder does not answer.\n");
  });
  incoming.resume();
  outgoing.end();
}

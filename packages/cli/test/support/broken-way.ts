import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/**
 * What becomes of a request on its way: it arrives, it is lost, it arrives and its answer is lost, or something
 * in between says 503.
 */
export type Fate = "arrives" | "lost" | "answer-lost" | "unavailable";

export interface BrokenWay extends AsyncDisposable {
  readonly url: string;
  readonly requests: number;
}

/** An HTTP proxy before a server that treats the n-th request as `fates` says. */
export async function startBrokenWay(target: string, fates: (request: number) => Fate): Promise<BrokenWay> {
  let requests = 0;
  const server = createServer((request, response) => {
    requests += 1;
    pass(request, response, target, fates(requests)).catch(() => response.destroy());
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    get requests() {
      return requests;
    },
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}

async function pass(
  request: IncomingMessage,
  response: ServerResponse,
  target: string,
  fate: Fate,
): Promise<void> {
  const body = Buffer.concat(await request.toArray());
  if (fate === "lost") return void request.socket.destroy();
  if (fate === "unavailable")
    return void response.writeHead(503, { "retry-after": "0" }).end("<h1>busy</h1>");
  const { authorization = "", "content-type": type = "application/json" } = request.headers;
  const answer = await fetch(`${target}${request.url ?? "/"}`, {
    method: request.method ?? "GET",
    headers: { authorization, ...(body.length === 0 ? {} : { "content-type": type }) },
    ...(body.length === 0 ? {} : { body }),
    signal: AbortSignal.timeout(20_000),
  });
  const text = await answer.text();
  if (fate === "answer-lost") return void request.socket.destroy();
  response.writeHead(answer.status, { "content-type": answer.headers.get("content-type") ?? "text/plain" });
  response.end(text);
}

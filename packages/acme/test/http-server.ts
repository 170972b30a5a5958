import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { Socket } from "node:net";

/** A server on a loopback port of its own. Disposing of it cuts its connections. */
export interface HttpServer extends AsyncDisposable {
  /** Without a slash at the end. */
  readonly origin: string;
  /** How many connections were ever made to it. */
  connections(): number;
}

type Listener = (request: IncomingMessage, response: ServerResponse) => void | Promise<void>;

/** A listener that fails cuts the connection with its error. */
export async function startHttpServer(listener: Listener): Promise<HttpServer> {
  const server = createServer((request, response) => {
    Promise.try(listener, request, response).catch((error: Error) => response.destroy(error));
  });
  const sockets: Socket[] = [];
  server.on("connection", (socket) => sockets.push(socket));
  const listening = Promise.withResolvers<void>();
  server.once("error", listening.reject);
  server.listen(0, "127.0.0.1", listening.resolve);
  await listening.promise;
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the server has no port");
  return {
    origin: `http://127.0.0.1:${address.port}`,
    connections: () => sockets.length,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      const closed = Promise.withResolvers<void>();
      server.close(() => closed.resolve());
      await closed.promise;
    },
  };
}

export async function readRequestBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  return Buffer.concat(chunks).toString("utf8");
}

export function answer(
  response: ServerResponse,
  status: number,
  headers: Readonly<Record<string, string | string[]>>,
  body = "",
): void {
  response.writeHead(status, headers);
  response.end(body);
}

import type { Socket } from "node:net";
import type { FastifyInstance } from "fastify";

/**
 * Fastify ends the connections that are idle when it is closed, and Node those that are answered after that, which a client is told here. One that a
 * client has opened ahead, and asked nothing over yet, neither takes for idle: it would keep a closing server for a minute.
 */
export function freeConnections(app: FastifyInstance, closing: AbortSignal): void {
  const unused = new Set<Socket>();
  app.server.on("connection", (socket) => {
    unused.add(socket);
    socket.once("close", () => unused.delete(socket));
  });
  app.server.on("request", ({ socket }) => unused.delete(socket));
  closing.addEventListener("abort", () => unused.forEach((socket) => socket.destroy()), { once: true });
  app.addHook("onSend", async (_, reply) => {
    if (closing.aborted) void reply.header("connection", "close");
  });
}

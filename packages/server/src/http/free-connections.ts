import type { Socket } from "node:net";
import type { FastifyInstance } from "fastify";

/**
 * Fastify ends the connections that are idle when it is closed. There are two kinds more that keep a closing server for a minute: one that is
 * answered after that, as all long polls and streams are, which a client may keep; and one that a client has opened
 * ahead and asked nothing over yet, which Node does not take for idle.
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
  app.addHook("onResponse", async () => {
    // A stream had said what it says of its connection long before.
    if (closing.aborted) setImmediate(() => app.server.closeIdleConnections());
  });
}

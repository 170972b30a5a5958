import type { AddressInfo, Server } from "node:net";
import { EdgeFault } from "../edge-fault.ts";

/**
 * @param host null: all addresses of this machine.
 * @param port 0: any free one.
 * @returns the port.
 * @throws {EdgeFault} `port-unusable`.
 */
export async function listenOn(server: Server, port: number, host: string | null): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const refused = (error: NodeJS.ErrnoException) => reject(portFault(port, error));
  server.once("error", refused);
  server.listen({ port, ...(host === null ? {} : { host }) }, resolve);
  await promise;
  server.off("error", refused);
  return (server.address() as AddressInfo).port;
}

export async function closeServer(server: Server): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  server.close(() => resolve());
  await promise;
}

function portFault(port: number, error: NodeJS.ErrnoException): EdgeFault {
  const reasons: Readonly<Record<string, string>> = {
    EADDRINUSE: "something else listens on it; stop that, or choose another port",
    EACCES: "this process may not; ports below 1024 need a privilege (CAP_NET_BIND_SERVICE)",
    EADDRNOTAVAIL: "this machine does not have the address; choose one it has, such as 127.0.0.1",
  };
  const reason = reasons[error.code ?? ""] ?? error.message;
  return new EdgeFault("port-unusable", `Port ${port} cannot be listened on: ${reason}.`, { cause: error });
}

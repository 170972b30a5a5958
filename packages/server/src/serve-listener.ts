import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import type { ListenAddress } from "./config/read-config.ts";

/** The address cannot be listened on; the message says which, and why. */
export class ListenFailed extends Error {
  readonly code = "listen-failed";
}

const reasons: Readonly<Record<string, string>> = {
  EADDRINUSE: "another process listens there",
  EACCES: "this user may not listen there",
  EADDRNOTAVAIL: "this machine has no such address",
};

/** @returns the URL it is reached at; a port 0 becomes the one that was free. @throws ListenFailed. */
export async function listen(server: Server, { host, port }: ListenAddress): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  server.once("error", reject);
  server.listen(port, host, resolve);
  try {
    await promise;
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code ?? "";
    throw new ListenFailed(`Cannot listen on ${host}:${port}: ${reasons[code] ?? code}.`, { cause });
  }
  server.off("error", reject);
  const bound = server.address() as AddressInfo;
  return `http://${bound.family === "IPv6" ? `[${bound.address}]` : bound.address}:${bound.port}`;
}

/** Takes no new connections and ends idle ones; running requests have `grace` milliseconds. */
export async function closeServer(server: Server, grace: number): Promise<void> {
  if (!server.listening) return;
  const { promise, resolve } = Promise.withResolvers<void>();
  server.close(() => resolve());
  server.closeIdleConnections();
  const timer = setTimeout(() => server.closeAllConnections(), grace);
  await promise;
  clearTimeout(timer);
}

import { once } from "node:events";
import { connect, createServer, type Socket } from "node:net";
import { freePort } from "../../../tools/peers/free-port.ts";

/** A way to a server on loopback that can break, as networks do. */
export interface CuttableLink extends AsyncDisposable {
  readonly url: string;
  /** Breaks every connection that is open now; new ones go through. @returns how many there were. */
  cut(): number;
}

export async function openLink(serverUrl: string): Promise<CuttableLink> {
  const { hostname, port } = new URL(serverUrl);
  const open = new Set<Socket>();
  const cut = () => {
    const count = open.size;
    for (const socket of open) socket.destroy();
    return count;
  };
  const server = createServer((near) => {
    const far = connect(Number(port), hostname);
    open.add(near);
    const end = () => {
      open.delete(near);
      near.destroy();
      far.destroy();
    };
    for (const socket of [near, far]) socket.on("error", end).on("close", end);
    near.pipe(far).pipe(near);
  });
  const linkPort = await freePort();
  server.listen(linkPort, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `http://127.0.0.1:${linkPort}`,
    cut,
    async [Symbol.asyncDispose]() {
      const closed = once(server, "close");
      server.close();
      cut();
      await closed;
    },
  };
}

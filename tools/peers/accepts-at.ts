import { connect } from "node:net";

/** Whether somebody listens on this TCP port of 127.0.0.1. */
export async function acceptsAt(port: number): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const socket = connect(port, "127.0.0.1");
  socket.once("connect", () => resolve(true)).once("error", () => resolve(false));
  return await promise.finally(() => socket.destroy());
}

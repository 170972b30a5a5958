import type { Socket } from "node:net";
import { type ClientHello, parseClientHello } from "./client-hello.ts";

/**
 * Waits for a connection's ClientHello, and leaves every byte of it to be read by whoever takes the connection.
 *
 * @returns null when what comes is none; whoever speaks TLS has to say so. Never settles when the connection closes before.
 */
export function readClientHello(connection: Socket): Promise<ClientHello | null> {
  const { promise, resolve } = Promise.withResolvers<ClientHello | null>();
  let bytes: Buffer = Buffer.alloc(0);
  const look = (): void => {
    const part = connection.read() as Buffer | null;
    if (part === null) return;
    bytes = Buffer.concat([bytes, part]);
    const parsed = parseClientHello(bytes);
    if (parsed.kind === "more") return;
    // What is put back makes the connection readable again: not for us any more.
    connection.off("readable", look);
    connection.unshift(bytes);
    resolve(parsed.kind === "hello" ? parsed.hello : null);
  };
  connection.on("readable", look);
  return promise;
}

import type { Socket } from "node:net";
import type { ReplyAlteration } from "./alteration.ts";
import { replaceHeaders } from "./finished-reply.ts";
import { rawHead } from "./raw-response.ts";

/** The length that is announced, in bytes. */
const NEVER_REACHED = 2 ** 30;

/** A reply that the test lets out byte by byte. */
export interface Dribble {
  readonly alteration: ReplyAlteration;
  /**
   * Sends one more byte, once the request has come and its headers have gone: first the bytes of the body, then
   * spaces without end. `false`: the client has hung up.
   */
  readonly next: () => Promise<boolean>;
  /** Ends when the client has hung up, or the CA is closed. */
  readonly closed: Promise<void>;
}

/** A reply that never ends, at the pace of the test. For one request only. */
export function dribble(): Dribble {
  const connected = Promise.withResolvers<Socket>();
  const closed = Promise.withResolvers<void>();
  let left: Buffer = Buffer.alloc(0);
  const alteration: ReplyAlteration = (reply) => {
    left = reply.body;
    const endless = replaceHeaders(reply, { "Content-Length": String(NEVER_REACHED) });
    return {
      raw: rawHead(endless),
      afterwards: (connection) => {
        connection.once("close", closed.resolve);
        connected.resolve(connection);
      },
    };
  };
  const next = async (): Promise<boolean> => {
    const connection = await connected.promise;
    const byte = left.length === 0 ? Buffer.from(" ") : left.subarray(0, 1);
    left = left.subarray(1);
    const { promise, resolve } = Promise.withResolvers<boolean>();
    connection.write(byte, (error) => {
      // A write that the kernel takes at once would otherwise leave timers no turn.
      setImmediate(resolve, error === undefined || error === null);
    });
    return await promise;
  };
  return { alteration, next, closed: closed.promise };
}

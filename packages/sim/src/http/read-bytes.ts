import type { IncomingMessage } from "node:http";

export interface BytesRead {
  readonly bytes: Buffer;
  /** `more`: there may be more than was asked for. `cut`: the connection ended first. */
  readonly end: "whole" | "more" | "cut";
}

/**
 * Reads a message's body up to `most` bytes; what comes after is discarded, which keeps the connection in
 * step. By events: a stream's iterator costs more than all else that is
 * done with a small body.
 */
export async function readBytes(message: IncomingMessage, most: number): Promise<BytesRead> {
  const { promise, resolve } = Promise.withResolvers<BytesRead["end"]>();
  const chunks: Buffer[] = [];
  let length = 0;
  const take = (chunk: Buffer): void => {
    chunks.push(chunk);
    length += chunk.length;
    if (length < most) return;
    message.off("data", take).resume();
    resolve("more");
  };
  message.on("data", take);
  message.once("end", () => {
    resolve("whole");
  });
  const cut = (): void => {
    resolve("cut");
  };
  message.on("error", cut);
  message.once("close", cut);
  const end = await promise;
  return { bytes: Buffer.concat(chunks).subarray(0, most), end };
}

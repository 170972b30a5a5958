import { open } from "node:fs/promises";
import { addAbortSignal } from "node:stream";
import { fileFault } from "../file-fault.ts";

/** A list to be read, from a file or standard input. */
export interface ListSource extends AsyncDisposable {
  readonly chunks: AsyncIterable<Uint8Array>;
  /** Bytes; null: not known beforehand. */
  readonly size: number | null;
}

const chunkSize = 65_536;

/**
 * @param path `-` is standard input.
 * @param signal ends the reading, even while it waits for more.
 * @throws {CommandError} when there is no such file to read.
 */
export async function openList(path: string, signal: AbortSignal): Promise<ListSource> {
  if (path === "-") {
    const chunks = addAbortSignal(signal, process.stdin);
    return { chunks, size: null, [Symbol.asyncDispose]: () => Promise.resolve() };
  }
  const what = `The list ${path}`;
  try {
    const file = await open(path, "r");
    const facts = await file.stat();
    return {
      chunks: readable(file.createReadStream({ highWaterMark: chunkSize, autoClose: false, signal }), what),
      size: facts.isFile() ? facts.size : null,
      [Symbol.asyncDispose]: () => file.close(),
    };
  } catch (error) {
    throw fileFault(what, "read", error);
  }
}

/** A directory opens well and fails at the first read. */
async function* readable(stream: AsyncIterable<Uint8Array>, what: string): AsyncGenerator<Uint8Array> {
  try {
    yield* stream;
  } catch (error) {
    throw fileFault(what, "read", error);
  }
}

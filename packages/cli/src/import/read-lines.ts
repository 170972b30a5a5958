import { type Line, LineSplitter } from "@certmill/domain";

/** The lines that one piece of the file completed. */
export interface Lines {
  readonly lines: readonly Line[];
  /** Bytes of the file read so far. */
  readonly bytes: number;
}

/** The lines of a file as it comes, in memory that does not grow with it; bytes that are no UTF-8 become U+FFFD. */
export async function* readLines(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Lines> {
  const decoder = new TextDecoder();
  const splitter = new LineSplitter();
  let bytes = 0;
  for await (const chunk of chunks) {
    bytes += chunk.byteLength;
    yield { lines: splitter.split(decoder.decode(chunk, { stream: true })), bytes };
  }
  yield { lines: [...splitter.split(decoder.decode()), ...splitter.end()], bytes };
}

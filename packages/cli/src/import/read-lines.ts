/** One line of a file, without its end. */
export interface Line {
  /** Counted from 1. */
  readonly number: number;
  /** Null: longer than {@link longestLine}, and not kept. */
  readonly text: string | null;
}

/** The lines that one piece of the file completed. */
export interface Lines {
  readonly lines: readonly Line[];
  /** Bytes of the file read so far. */
  readonly bytes: number;
}

/** Characters; a domain with 99 aliases is well below. */
export const longestLine = 65_536;

/**
 * Splits UTF-8 text into lines as it comes, in memory that does not grow with the file: a byte order mark and
 * both line ends are taken, bytes that are no UTF-8 become U+FFFD.
 */
export async function* readLines(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Lines> {
  const decoder = new TextDecoder();
  let number = 0;
  let bytes = 0;
  let open = "";
  let isTooLong = false;

  const finish = (rest: string): Line => {
    number += 1;
    const text =
      isTooLong || open.length + rest.length > longestLine ? null : (open + rest).replace(/\r$/, "");
    open = "";
    isTooLong = false;
    return { number, text };
  };

  for await (const chunk of chunks) {
    bytes += chunk.byteLength;
    const parts = decoder.decode(chunk, { stream: true }).split("\n");
    const last = parts.pop() ?? "";
    yield { lines: parts.map(finish), bytes };
    isTooLong ||= open.length + last.length > longestLine;
    open = isTooLong ? "" : open + last;
  }
  const rest = decoder.decode();
  if (open !== "" || isTooLong || rest !== "") yield { lines: [finish(rest)], bytes };
}

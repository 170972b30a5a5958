import { badInput } from "./command-error.ts";
import { openList } from "./import/list-source.ts";

/** Serial numbers in one request: what the API takes. */
const batchSize = 1_000;

/**
 * The serial numbers of a file, one a line or the first cell of a line, and of the command line, as many at a time as a
 * request takes. Empty lines and what follows a # are left out.
 *
 * @param path `-` is standard input; absent: there is no file.
 * @throws {CommandError} when the file cannot be read, or nothing is in it.
 */
export async function* serialBatches(
  path: string | undefined,
  named: readonly string[],
  signal: AbortSignal,
): AsyncGenerator<readonly string[]> {
  let batch: string[] = [];
  let count = 0;
  for await (const serial of serialsOf(path, named, signal)) {
    batch.push(serial);
    count += 1;
    if (batch.length < batchSize) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
  if (count === 0) throw badInput("There is no serial number in the list.");
}

async function* serialsOf(
  path: string | undefined,
  named: readonly string[],
  signal: AbortSignal,
): AsyncGenerator<string> {
  yield* named;
  if (path === undefined) return;
  const { readLines } = await import("./import/read-lines.ts");
  await using source = await openList(path, signal);
  for await (const { lines } of readLines(source.chunks)) {
    for (const { number, text } of lines) {
      const serial = (text ?? "")
        .replace(/[#,;\t].*/, "")
        .replaceAll('"', "")
        .trim();
      if (serial.length > 200) throw badInput(`Line ${number} of ${path} is no serial number.`);
      if (serial !== "" && !/^serial$/i.test(serial)) yield serial;
    }
  }
}

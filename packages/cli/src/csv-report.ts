import { type FileHandle, open } from "node:fs/promises";
import { csvLine } from "./csv-line.ts";
import { fileFault } from "./file-fault.ts";
import { print } from "./terminal/print.ts";

/**
 * Writes a report as CSV, line by line as it comes. `-` is standard output.
 *
 * @param lines each with its end.
 * @returns how many lines, without the header.
 */
export async function writeCsv(
  path: string,
  header: readonly string[],
  lines: AsyncIterable<string>,
): Promise<number> {
  if (path === "-") return writeLines(lines, header, (line) => print(line.trimEnd()));
  const file = await openFile(path);
  try {
    return await writeLines(lines, header, (line) => append(file, path, line));
  } finally {
    await file.close();
  }
}

async function writeLines(
  lines: AsyncIterable<string>,
  header: readonly string[],
  write: (line: string) => Promise<void>,
): Promise<number> {
  let count = 0;
  await write(csvLine(header));
  for await (const line of lines) {
    await write(line);
    count += 1;
  }
  return count;
}

async function openFile(path: string): Promise<FileHandle> {
  try {
    return await open(path, "w", 0o644);
  } catch (error) {
    throw fileFault(`The report ${path}`, "written", error);
  }
}

async function append(file: FileHandle, path: string, text: string): Promise<void> {
  try {
    await file.writeFile(text);
  } catch (error) {
    throw fileFault(`The report ${path}`, "written", error);
  }
}

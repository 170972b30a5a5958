import { type FileHandle, open } from "node:fs/promises";
import type { RejectedRow } from "@certmill/api";
import { csvLine } from "../csv-line.ts";
import { fileFault } from "../file-fault.ts";

/** The report of the rows that did not go in, as CSV. The file is made with its first row. */
export class RejectsFile implements AsyncDisposable {
  readonly path: string;
  #file: FileHandle | null = null;

  constructor(path: string) {
    this.path = path;
  }

  /** @throws {CommandError} when the file cannot be written. */
  async write(rows: readonly RejectedRow[]): Promise<void> {
    if (rows.length === 0) return;
    try {
      if (this.#file === null) {
        this.#file = await open(this.path, "w", 0o644);
        await this.#file.writeFile("line,domain,code,reason\r\n");
      }
      await this.#file.writeFile(rows.map(csvRow).join(""));
    } catch (error) {
      throw fileFault(`The rejects file ${this.path}`, "written", error);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#file?.close();
    this.#file = null;
  }
}

const csvRow = ({ line, domain, code, reason }: RejectedRow): string =>
  csvLine([String(line), domain, code, reason]);

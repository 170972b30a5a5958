import type { DomainBatchRow, RejectedRow } from "@certmill/api";
import { ListReader, type ReadRow } from "@certmill/domain";
import { badInput } from "../command-error.ts";
import { readLines } from "./read-lines.ts";

/** A part of a list, in its order. */
export interface ImportBatch {
  readonly rows: readonly DomainBatchRow[];
  /** Lines that are no rows; the server never sees them. */
  readonly rejected: readonly RejectedRow[];
  readonly lastLine: number;
  /** Bytes of the list that were read by then. */
  readonly bytes: number;
}

/** Small enough for one quick transaction, large enough that the calls do not matter. */
const rowsInBatch = 2_000;

/** Of names; keeps a batch of rows with many aliases under the size the server takes. */
const charactersInBatch = 1_000_000;

/** A list as batches to send. @throws {CommandError} when it is no list at all. */
export async function* readBatches(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<ImportBatch> {
  const reader = new ListReader();
  let batch = new OpenBatch();
  for await (const { lines, bytes } of readLines(chunks)) {
    for (const line of lines) {
      const read = reader.read(line);
      if (read?.kind === "no-list") throw badInput(read.reason, read.fix);
      batch.add(line.number, read);
      if (!batch.isFull()) continue;
      yield batch.close(bytes);
      batch = new OpenBatch();
    }
    batch.bytes = bytes;
  }
  if (!batch.isEmpty()) yield batch.close(batch.bytes);
}

class OpenBatch {
  bytes = 0;
  readonly #rows: DomainBatchRow[] = [];
  readonly #rejected: RejectedRow[] = [];
  #characters = 0;
  #lastLine = 0;

  add(line: number, read: ReadRow | null): void {
    this.#lastLine = line;
    if (read === null) return;
    if (read.kind === "refused") this.#rejected.push(read.row);
    else this.#rows.push(read.row);
    this.#characters += read.row.domain.length;
    if (read.kind === "row") for (const alias of read.row.aliases ?? []) this.#characters += alias.length;
  }

  isFull(): boolean {
    const rows = this.#rows.length + this.#rejected.length;
    return rows >= rowsInBatch || this.#characters >= charactersInBatch;
  }

  isEmpty(): boolean {
    return this.#rows.length + this.#rejected.length === 0;
  }

  close(bytes: number): ImportBatch {
    return { rows: this.#rows, rejected: this.#rejected, lastLine: this.#lastLine, bytes };
  }
}
